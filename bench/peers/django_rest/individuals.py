"""Individuals by Django REST framework, as a good team would write them in a day.

A serializer of the document, the columns that are searched by, a view for each operation. No
token, permission, history, links, outbox, access entry or total of a list. BENCH_DSN names the
database; gunicorn serves `individuals:application`.
"""
# ruff: noqa: N815, ARG002, RUF012 - as the framework has it
# mypy: ignore-errors

import os
import secrets
import time
from urllib.parse import parse_qs, urlsplit

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application

PATH = "tmf-api/partyManagement/v5/individual"
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def _database(dsn):
    parts = urlsplit(dsn)
    asked = parse_qs(parts.query)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.strip("/"),
        "USER": parts.username or "",
        "PASSWORD": parts.password or "",
        "HOST": asked.get("host", [parts.hostname or ""])[0],
        "PORT": asked.get("port", [str(parts.port or 5432)])[0],
        "OPTIONS": {"pool": {"min_size": 4, "max_size": 20}},
    }


settings.configure(
    DATABASES={"default": _database(os.environ["BENCH_DSN"])},
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    SECRET_KEY=secrets.token_hex(),
    INSTALLED_APPS=["rest_framework"],
    MIDDLEWARE=[],
    USE_TZ=True,
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": [],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
        "UNAUTHENTICATED_USER": None,
    },
)
django.setup()

from django.db import models, transaction  # noqa: E402 - they need the settings
from django.shortcuts import get_object_or_404  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402
from rest_framework import parsers, serializers, status, viewsets  # noqa: E402
from rest_framework.response import Response  # noqa: E402


class Document(models.JSONField):
    """A column of the type json, which the driver reads by itself (it leaves jsonb alone)."""

    def from_db_value(self, value, expression, connection):
        return value


class Individual(models.Model):
    id = models.TextField(primary_key=True)
    bucket = models.SmallIntegerField()
    subject_id = models.TextField()
    revision = models.BigIntegerField()
    operation = models.TextField()
    body = Document()
    recorded_at = models.DateTimeField()
    process = models.TextField()
    purpose = models.TextField()
    name = models.TextField(null=True)
    family_name = models.TextField(null=True)
    given_name = models.TextField(null=True)
    status = models.TextField(null=True)

    class Meta:
        app_label = "rest_framework"
        managed = False
        db_table = 'record"."individual'


def _optional():
    return serializers.CharField(required=False)


class IndividualSerializer(serializers.Serializer):
    givenName = serializers.CharField()
    familyName = serializers.CharField()
    name = _optional()
    formattedName = _optional()
    title = _optional()
    middleName = _optional()
    gender = _optional()
    birthDate = _optional()
    deathDate = _optional()
    placeOfBirth = _optional()
    countryOfBirth = _optional()
    nationality = _optional()
    maritalStatus = _optional()
    location = _optional()
    status = _optional()
    contactMedium = serializers.ListField(child=serializers.DictField(), required=False)
    individualIdentification = serializers.ListField(child=serializers.DictField(), required=False)
    languageAbility = serializers.ListField(child=serializers.DictField(), required=False)
    partyCharacteristic = serializers.ListField(child=serializers.DictField(), required=False)
    externalReference = serializers.ListField(child=serializers.DictField(), required=False)
    relatedParty = serializers.ListField(child=serializers.DictField(), required=False)

    def to_representation(self, row):
        shown = super().to_representation(_Present(row.body))
        return {"id": row.id, "@type": "Individual", "href": f"/{PATH}/{row.id}", **shown}

    def create(self, given):
        identifier = _new_id()
        row = Individual(
            id=identifier, bucket=_bucket(identifier), subject_id=identifier, revision=1,
            operation="create", process="django", purpose="benchmark",
        )  # fmt: skip
        return self._saved(row, given, force_insert=True)

    def update(self, row, given):
        row.revision += 1
        row.operation = "modify"
        return self._saved(row, {**row.body, **given}, force_update=True)

    def _saved(self, row, document, **how):
        row.body = {**document, "id": row.id, "@type": "Individual"}
        row.recorded_at = timezone.now()
        row.name = f"{document['givenName']} {document['familyName']}"
        row.family_name, row.given_name = document["familyName"], document["givenName"]
        row.status = document.get("status")
        row.save(**how)
        return row


class _Present(dict):
    """A document in which what is missing is left out of what is shown."""

    def __missing__(self, name):
        raise KeyError(name)


class MergePatchParser(parsers.JSONParser):
    media_type = "application/merge-patch+json"


class IndividualViewSet(viewsets.GenericViewSet):
    queryset = Individual.objects.all()
    serializer_class = IndividualSerializer
    parser_classes = [parsers.JSONParser, MergePatchParser]

    def list(self, request):
        rows = self.get_queryset().order_by("id")
        if "status" in request.query_params:
            rows = rows.filter(status=request.query_params["status"])
        if "search" in request.query_params:
            rows = rows.filter(name__icontains=request.query_params["search"])
        size = min(int(request.query_params.get("limit", 20)), 1000)
        return Response(self.get_serializer(rows[:size], many=True).data)

    def retrieve(self, request, pk):
        return Response(self.get_serializer(get_object_or_404(Individual, pk=pk)).data)

    def create(self, request):
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        given.save()
        return Response(given.data, status=status.HTTP_201_CREATED)

    def partial_update(self, request, pk):
        with transaction.atomic():
            row = get_object_or_404(Individual.objects.select_for_update(), pk=pk)
            given = self.get_serializer(row, data=request.data, partial=True)
            given.is_valid(raise_exception=True)
            given.save()
        return Response(given.data)

    def destroy(self, request, pk):
        get_object_or_404(Individual, pk=pk).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


def _new_id():
    """Return an id of the form that the table has."""
    value = secrets.randbits(10) << 120 | time.time_ns() // 1_000_000 << 72 | secrets.randbits(72)
    return "".join(_ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))


def _bucket(identifier):
    return _ALPHABET.index(identifier[0]) << 5 | _ALPHABET.index(identifier[1])


_MANY = IndividualViewSet.as_view({"get": "list", "post": "create"})
_ONE = IndividualViewSet.as_view(
    {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
)
urlpatterns = [path(PATH, _MANY), path(f"{PATH}/<str:pk>", _ONE)]
application = get_wsgi_application()
