"""Kinds of municipalities and of bodies: English codes in the database, Japanese on the screen."""

from django.db import models


class MunicipalityKind(models.TextChoices):
    DESIGNATED_CITY = "DESIGNATED_CITY", "政令指定都市"
    CITY = "CITY", "市"
    TOWN = "TOWN", "町"
    VILLAGE = "VILLAGE", "村"
    SPECIAL_WARD = "SPECIAL_WARD", "特別区"
    WARD = "WARD", "政令指定都市の区"
    NORTHERN_VILLAGE = "NORTHERN_VILLAGE", "村（北方領土）"


class OrganisationKind(models.TextChoices):
    PREFECTURE = "PREFECTURE", "都道府県"
    CITY = "CITY", "政令指定都市"
    MUNICIPALITY = "MUNICIPALITY", "市区町村"
    WARD = "WARD", "政令指定都市の区"
    NATIONAL_ORGAN = "NATIONAL_ORGAN", "国の機関又は法人"
    JLIS = "JLIS", "機構"
    OPERATOR = "OPERATOR", "事業者"


OFFICE_KINDS = frozenset(
    {
        MunicipalityKind.CITY,
        MunicipalityKind.TOWN,
        MunicipalityKind.VILLAGE,
        MunicipalityKind.SPECIAL_WARD,
        MunicipalityKind.WARD,
    }
)
"""Kinds that keep a residents' register: a designated city does so in its wards, the northern villages have none."""
