"""TMF632 Individual as Pydantic models: what a response or request holds."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Model(BaseModel):
    """Attributes in Python's spelling, members of JSON in TM Forum's."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="allow")


class TimePeriod(Model):
    start_date_time: datetime | None = None
    end_date_time: datetime | None = None


class Reference(Model):
    type: str | None = Field(default=None, alias="@type")
    referred_type: str | None = Field(default=None, alias="@referredType")
    id: str
    href: str | None = None
    name: str | None = None


class RelatedParty(Model):
    type: str | None = Field(default=None, alias="@type")
    role: str | None = None
    party_or_party_role: Reference | None = None


class ContactMedium(Model):
    type: str = Field(alias="@type")
    contact_type: str | None = None
    preferred: bool | None = None
    email_address: str | None = None
    phone_number: str | None = None
    fax_number: str | None = None
    social_network_id: str | None = None
    street1: str | None = None
    street2: str | None = None
    city: str | None = None
    post_code: str | None = None
    state_or_province: str | None = None
    country: str | None = None
    valid_for: TimePeriod | None = None


class Identification(Model):
    identification_id: str | None = None
    identification_type: str | None = None
    issuing_authority: str | None = None
    issuing_date: datetime | None = None
    valid_for: TimePeriod | None = None


class LanguageAbility(Model):
    language_code: str | None = None
    language_name: str | None = None
    is_favourite_language: bool | None = None
    valid_for: TimePeriod | None = None


class Characteristic(Model):
    name: str
    value: Any = None
    value_type: str | None = None


class ExternalIdentifier(Model):
    id: str | None = None
    owner: str | None = None
    external_identifier_type: str | None = None


class IndividualBase(Model):
    type: str = Field(default="Individual", alias="@type")
    given_name: str
    family_name: str
    name: str | None = None
    formatted_name: str | None = None
    title: str | None = None
    middle_name: str | None = None
    gender: str | None = None
    birth_date: datetime | None = None
    death_date: datetime | None = None
    place_of_birth: str | None = None
    country_of_birth: str | None = None
    nationality: str | None = None
    marital_status: str | None = None
    location: str | None = None
    status: str | None = None
    contact_medium: list[ContactMedium] | None = None
    individual_identification: list[Identification] | None = None
    language_ability: list[LanguageAbility] | None = None
    party_characteristic: list[Characteristic] | None = None
    external_reference: list[ExternalIdentifier] | None = None
    related_party: list[RelatedParty] | None = None


class IndividualCreate(IndividualBase):
    """What a caller may send to make one."""


class Individual(IndividualBase):
    """What a caller gets."""

    id: str
    href: str | None = None
