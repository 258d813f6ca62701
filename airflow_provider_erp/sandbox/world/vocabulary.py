"""Words that invented customers of four countries are named and housed with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Country:
    """What a customer of one country looks like; ``places`` are pairs of city and postal code."""

    code: str
    name: str
    currency: str
    language: str
    legal_form: str
    register: str
    places: tuple[tuple[str, str], ...]
    streets: tuple[str, ...]
    stems: tuple[str, ...]
    trades: tuple[str, ...]
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    additions: tuple[str, ...]


FINLAND = Country(
    code="FI",
    name="FINLAND",
    currency="EUR",
    language="fi",
    legal_form="Oy",
    register="Kaupparekisteri",
    places=(
        ("Helsinki", "00100"),
        ("Espoo", "02100"),
        ("Tampere", "33100"),
        ("Turku", "20100"),
        ("Oulu", "90100"),
        ("Jyväskylä", "40100"),
        ("Hämeenlinna", "13100"),
    ),
    streets=("Satamakatu", "Mäntytie", "Kauppakatu", "Pihlajatie", "Rantatie", "Teollisuuskatu"),
    stems=("Pohjolan", "Meri", "Lakeuden", "Saimaan", "Kaskisten", "Ylä-Savon", "Hämeen", "Tunturi", "Aurajoen"),
    trades=("Rakennus", "Kuljetus", "Sähkö", "Konepaja", "Puutarha", "Tilitoimisto", "Leipomo", "Maalaus", "Putki"),
    first_names=("Aino", "Eero", "Helmi", "Juhani", "Kaisa", "Matti", "Päivi", "Väinö"),
    last_names=("Korhonen", "Lahtinen", "Mäkelä", "Nieminen", "Saarinen", "Virtanen", "Ylönen"),
    additions=("2. krs", "PL 45", "B-talo"),
)
SWEDEN = Country(
    code="SE",
    name="SWEDEN",
    currency="SEK",
    language="sv",
    legal_form="AB",
    register="Bolagsverket",
    places=(
        ("Stockholm", "111 22"),
        ("Göteborg", "411 05"),
        ("Malmö", "211 34"),
        ("Uppsala", "753 20"),
        ("Västerås", "722 11"),
        ("Umeå", "903 26"),
    ),
    streets=("Hamngatan", "Björkvägen", "Storgatan", "Kvarngatan", "Industrivägen", "Ängsvägen"),
    stems=("Norrlands", "Mälardalens", "Skärgårdens", "Dalarnas", "Bohusläns", "Ölands", "Vätterns", "Siljans"),
    trades=("Bygg", "Åkeri", "El", "Verkstad", "Trädgård", "Redovisning", "Bageri", "Måleri", "Rör"),
    first_names=("Anna", "Björn", "Elsa", "Gustav", "Karin", "Lars", "Märta", "Åke"),
    last_names=("Andersson", "Bergström", "Ek", "Lindqvist", "Nyström", "Sjöberg", "Åkesson"),
    additions=("c/o Hotellet", "Box 12", "3 tr"),
)
NORWAY = Country(
    code="NO",
    name="NORWAY",
    currency="NOK",
    language="nb",
    legal_form="AS",
    register="Brønnøysundregistrene",
    places=(("Oslo", "0152"), ("Bergen", "5003"), ("Trondheim", "7010"), ("Tromsø", "9008"), ("Ålesund", "6002")),
    streets=("Havnegata", "Bjørkeveien", "Storgata", "Fjordveien", "Industriveien"),
    stems=("Nordfjord", "Lofoten", "Østlandets", "Hardanger", "Vestlandets", "Sørlandets", "Finnmark"),
    trades=("Bygg", "Transport", "Elektro", "Mekaniske", "Hage", "Regnskap", "Bakeri", "Maling", "Rør"),
    first_names=("Astrid", "Bjørn", "Ingrid", "Kåre", "Liv", "Ola", "Sigrid", "Øystein"),
    last_names=("Berg", "Dahl", "Hansen", "Johansen", "Moen", "Solberg", "Ødegård"),
    additions=("Oppgang B", "Postboks 7"),
)
GERMANY = Country(
    code="DE",
    name="GERMANY",
    currency="EUR",
    language="de",
    legal_form="GmbH",
    register="Amtsgericht Berlin (Charlottenburg)",
    places=(("Berlin", "10115"), ("Hamburg", "20095"), ("München", "80331"), ("Köln", "50667"), ("Lübeck", "23552")),
    streets=("Hafenstraße", "Birkenweg", "Hauptstraße", "Mühlenweg", "Industriestraße"),
    stems=("Nordsee", "Alster", "Schwarzwald", "Rhein", "Ostsee", "Spree", "Allgäuer"),
    trades=("Bau", "Spedition", "Elektro", "Maschinenbau", "Garten", "Buchhaltung", "Bäckerei", "Malerei", "Rohrbau"),
    first_names=("Anke", "Dieter", "Heike", "Jürgen", "Katrin", "Lutz", "Sabine", "Uwe"),
    last_names=("Becker", "Fischer", "Krüger", "Müller", "Schäfer", "Schulz", "Weber"),
    additions=("Hinterhaus", "3. OG"),
)
COUNTRIES = {country.code: country for country in (FINLAND, SWEDEN, NORWAY, GERMANY)}
