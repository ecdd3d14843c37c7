"""Files of requirements that tests change."""

BIRTH_DATE = """\
type: individual
requirements:
  - id: REQ-101
    path: birthDate
    name: Date of birth
    definition: The day on which the person was born.
    obligation: mandatory
    classification: sensitive
    group: person
    purposes: {billing: contract}
    usedBy: [crm]
    owner: Customer data
    steward: ada
    sources: [crm, billing]
    freshness: P10Y
    quality: {completeness: 0.98}
"""

GENDER = """\
type: individual
requirements:
  - id: REQ-102
    path: gender
    name: Gender
    definition: As the person says it.
    data: {values: [female, male, diverse]}
    obligation: conditional
    when: {all: [{attribute: birthDate, exists: true}, {not: {attribute: status, is: deceased}}]}
"""
