"""E-mail addresses, and the domains that tell whose they are.

Source: the providers' own lists of domains. A host of e-invoices receives
mail for many companies, so that sharing it says as little as sharing Gmail.
"""

from __future__ import annotations

import re

from airflow_provider_erp.normalise.fold import fold

_UNDER_MANY_ENDINGS = "gmail googlemail outlook hotmail live msn yahoo ymail rocketmail aol gmx yandex"
_UNDER_ONE = """
icloud.com me.com mac.com proton.me protonmail.com pm.me tutanota.com zoho.com fastmail.com mail.com mail.ru inbox.com
kolumbus.fi elisanet.fi saunalahti.fi luukku.com luukku.fi suomi24.fi pp.inet.fi inet.fi welho.com dnainternet.net
netti.fi nic.fi pp.nic.fi phnet.fi sci.fi surffi.fi jippii.fi mbnet.fi pp1.inet.fi kotinet.com
telia.com tele2.se bredband.net bredband2.com comhem.se spray.se glocalnet.net home.se passagen.se swipnet.se
bahnhof.se ownit.nu
online.no broadpark.no frisurf.no getmail.no lyse.net start.no c2i.net ebnett.no
mail.dk jubii.dk ofir.dk tdcadsl.dk stofanet.dk youmail.dk post.tele.dk sol.dk webspeed.dk
web.de t-online.de freenet.de arcor.de online.de posteo.de mailbox.org email.de kabelmail.de vodafonemail.de
netcologne.de unitybox.de magenta.de
orange.fr wanadoo.fr free.fr laposte.net libero.it tiscali.it hot.ee wp.pl o2.pl onet.pl interia.pl seznam.cz
btinternet.com sky.com comcast.net verizon.net qq.com 163.com
"""
_E_INVOICES = """
netvisor.fi maventa.com apix.fi procountor.com fennoa.com kollektor.fi scancloud.fi basware.com pagero.com
tradeshift.net crediflow.se inexchange.se
"""
_PUBLIC_NAMES = frozenset(_UNDER_MANY_ENDINGS.split())
_PUBLIC = frozenset(_UNDER_ONE.split() + _E_INVOICES.split())
_ENDING = re.compile(r"(?:com?\.)?[a-z]+")
_ADDRESS = re.compile(r"@([^\s@;,<>()\"']+)")
_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)+")


def email(value: str) -> str:
    """The address without white space, in small letters."""
    text = fold(value)
    if " " not in text and not text.startswith("mailto:"):
        return text
    text = text.replace(" ", "")
    while text.startswith("mailto:"):
        text = text.removeprefix("mailto:")
    return fold(text)


def email_domain(value: str) -> str:
    """The domain of the (first) address, or an empty text: no domain, or a public mail host's."""
    text = fold(value)
    found = _ADDRESS.search(text)
    domain = (found[1] if found else text).rstrip(".")
    return domain if _DOMAIN.fullmatch(domain) and not is_public(domain) else ""


def is_public(domain: str) -> bool:
    """Whether anybody may have an address there; the domain in small letters."""
    name, _, ending = domain.partition(".")
    return domain in _PUBLIC or (name in _PUBLIC_NAMES and _ENDING.fullmatch(ending) is not None)
