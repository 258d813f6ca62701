"""A name is freed of its legal form wherever that stands, and a word that only looks like one stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_erp.normalise.fold import fold
from airflow_provider_erp.normalise.legal_forms import split_legal_form


@pytest.mark.parametrize(
    ("name", "core", "form"),
    [
        ("Meri Rakennus Oy", "meri rakennus", "oy"),
        ("Oy Meri Rakennus Ab", "meri rakennus", "oy"),
        ("Ab Havsbygg Oy", "havsbygg", "oy"),
        ("Havsbygg Oy Ab", "havsbygg", "oy"),
        ("Oy Havsbygg Ltd", "havsbygg", "oy"),
        ("MERI RAKENNUS OSAKEYHTIÖ", "meri rakennus", "oy"),
        ("Osakeyhtiö Meri Rakennus", "meri rakennus", "oy"),
        ("Nordea Bank Abp", "nordea bank", "oyj"),
        ("Kone Oyj", "kone", "oyj"),
        ("Kesko Oyj Abp", "kesko", "oyj"),
        ("T:mi Virtanen", "virtanen", "tmi"),
        ("Tmi Aino Korhonen", "aino korhonen", "tmi"),
        ("Toiminimi Aino Korhonen", "aino korhonen", "tmi"),
        ("Mäki Trä Toiminimi", "mäki trä", "tmi"),
        ("Lahtinen Ky", "lahtinen", "ky"),
        ("Kommandiittiyhtiö Lahtinen & pojat", "lahtinen & pojat", "ky"),
        ("Ay Nieminen", "nieminen", "ay"),
        ("Nieminen Avoin yhtiö", "nieminen", "ay"),
        ("Osuuskunta Lakeus", "lakeus", "osk"),
        ("Partioseura ry", "partioseura", "ry"),
        ("Kulturföreningen r.f.", "kulturföreningen", "ry"),
        ("As. Oy Oulun Rantatie 5", "oulun rantatie 5", "as oy"),
        ("Asunto-osakeyhtiö Mäntytie", "mäntytie", "as oy"),
        ("Kiinteistö Oy Vanha Satama", "vanha satama", "koy"),
        ("AB Volvo", "volvo", "ab"),
        ("AB Volvo (publ)", "volvo", "ab"),
        ("Aktiebolaget Volvo", "volvo", "ab"),
        ("Norrlands Åkeri Aktiebolag", "norrlands åkeri", "ab"),
        ("Sjöberg A.B.", "sjöberg", "ab"),
        ("Fastighets AB Balder", "fastighets balder", "ab"),
        ("HB Nyström & Ek", "nyström & ek", "hb"),
        ("Nyström Handelsbolag", "nyström", "hb"),
        ("Nyström Kommanditbolag", "nyström", "kb"),
        ("Lars Nyström Enskild firma", "lars nyström", "ef"),
        ("Fjordveien Bygg AS", "fjordveien bygg", "as"),
        ("Bygg & Anlegg A/S", "bygg & anlegg", "as"),
        ("Dahl Aksjeselskap", "dahl", "as"),
        ("Equinor ASA", "equinor", "asa"),
        ("Hansen og Berg ANS", "hansen og berg", "ans"),
        ("Hansen og Berg DA", "hansen og berg", "da"),
        ("Kåre Moen ENK", "kåre moen", "enk"),
        ("Tine SA", "tine", "sa"),
        ("Smørrebrød ApS", "smørrebrød", "aps"),
        ("Vindmøllelauget I/S", "vindmøllelauget", "i/s"),
        ("Skibsinvest K/S", "skibsinvest", "k/s"),
        ("Ejendom P/S", "ejendom", "p/s"),
        ("Müller Bau GmbH", "müller bau", "gmbh"),
        ("Müller Bau G.m.b.H.", "müller bau", "gmbh"),
        ("Müller Bau Gesellschaft mbH", "müller bau", "gmbh"),
        ("Müller Bau Gesellschaft mit beschränkter Haftung", "müller bau", "gmbh"),
        ("Müller Baugesellschaft mbH", "müller baugesellschaft", "gmbh"),
        ("Müller Verwaltungs-GmbH", "müller verwaltungs", "gmbh"),
        ("Kinderhilfe gGmbH", "kinderhilfe", "gmbh"),
        ("Müller Bau GmbH & Co. KG", "müller bau", "gmbh & co kg"),
        ("Müller Bau GmbH und Co.KG", "müller bau", "gmbh & co kg"),
        ("Müller Bau UG (haftungsbeschränkt) & Co. KG", "müller bau", "ug & co kg"),
        ("Müller & Co. KG", "müller & co", "kg"),
        ("Müller OHG", "müller", "ohg"),
        ("Müller Bau UG (haftungsbeschränkt)", "müller bau", "ug"),
        ("Heike Weber e.K.", "heike weber", "ek"),
        ("Musikverein Lübeck e. V.", "musikverein lübeck", "ev"),
        ("Bygd Ekonomisk förening", "bygd", "ekonomisk förening"),
        ("Bygd Ek. för.", "bygd", "ekonomisk förening"),
        ("Siemens AG", "siemens", "ag"),
        ("Firma Weber GmbH", "weber", "gmbh"),
        ("Airbus SE", "airbus", "se"),
        ("Acme Ltd.", "acme", "ltd"),
        ("Acme Co., Ltd.", "acme", "ltd"),
        ("Acme, Inc.", "acme", "inc"),
        ("Acme LLC", "acme", "llc"),
        ("Philips B.V.", "philips", "bv"),
        ("Ferrero S.p.A.", "ferrero", "spa"),
        ("Ferrero SpA", "ferrero", "spa"),
        ("Dupont S.A.R.L.", "dupont", "sarl"),
        ("OÜ Tallinna Ehitus", "tallinna ehitus", "oü"),
        ("UAB Vilniaus Statyba", "vilniaus statyba", "uab"),
        ("Budowa Sp. z o.o.", "budowa", "sp z oo"),
        ("Budowa sp. z o. o.", "budowa", "sp z oo"),
    ],
)  # fmt: skip
def test_legal_form_is_cut_from_the_name(name: str, core: str, form: str) -> None:
    assert split_legal_form(name) == (core, form)


@pytest.mark.parametrize(
    ("name", "core", "form"),
    [
        ("Nordic Day Spa", "nordic day spa", ""),
        ("Casa da Musica", "casa da musica", ""),
        ("Se og Hør", "se og hør", ""),
        ("Satama Kiinteistö Oy", "satama kiinteistö", "oy"),
        ("Da Vinci Oy", "da vinci", "oy"),
        ("Bertil Ek", "bertil ek", ""),
        ("Bo & Se Interiör AB", "bo & se interiör", "ab"),
        ("Cafe As Time Goes", "cafe as time goes", ""),
        ("Aino Korhonen", "aino korhonen", ""),
        ("Oy", "oy", ""),
        ("AG", "ag", ""),
        ("  ", "", ""),
        ("---", "---", ""),
    ],
)
def test_word_that_looks_like_a_legal_form_stays(name: str, core: str, form: str) -> None:
    assert split_legal_form(name) == (core, form)


WORDS = st.sampled_from(
    [
        "oy",
        "ab",
        "as",
        "gmbh",
        "& co.",
        "kg",
        "sp.",
        "z",
        "o.o.",
        "e.",
        "v.",
        "SpA",
        "da",
        "-",
        "mbh",
        "kiinteistö",
        "x",
    ]
)


@given(st.one_of(st.text(max_size=30), st.lists(WORDS, max_size=8).map(" ".join)))
def test_core_is_stable_and_never_lost(name: str) -> None:
    core, _ = split_legal_form(name)
    assert split_legal_form(core)[0] == core
    assert bool(core) == bool(fold(name))
