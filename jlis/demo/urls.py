"""The demonstration's own device; served only where a demonstration was made."""

from django.urls import path

from jlis.demo import reader

urlpatterns = [
    path("demo/reader/cards/", reader.cards, name="demo_reader_cards"),
    path("demo/reader/cards/<str:card_number>/certificate/", reader.certificate, name="demo_reader_certificate"),
    path("demo/reader/cards/<str:card_number>/signatures/", reader.signatures, name="demo_reader_signatures"),
]
