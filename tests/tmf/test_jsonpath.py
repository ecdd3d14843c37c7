"""The `filter` of lists: what a JSON path finds, in each form, and what is none."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_inventory.kit.errors import Invalid, Unavailable
from customer_inventory.store.database import Database
from customer_inventory.store.predicate import compiled, equalities
from customer_inventory.tmf.jsonpath import DEEPEST, LONGEST, parse_filter
from tests.conftest import Service
from tests.tmf.bodies import PATHS, Document

PEOPLE: dict[str, Document] = {
    "Ann": {
        "status": "validated",
        "contactMedium": [
            {"contactType": "home", "city": "Malmö", "preferred": True},
            {"contactType": "work", "city": "Lund", "preferred": False},
        ],
        "creditRating": [{"creditAgencyName": "A", "ratingScore": 720}],
        "score": 9,
        "nested": {"deep": [{"list": [{"x": 1}, {"x": 2, "y": "z"}]}]},
    },
    "Bob": {
        "status": "initialized",
        "contactMedium": [
            {"contactType": "home", "city": "Lund", "preferred": True},
            {"contactType": "work", "city": "Malmö"},
        ],
        "creditRating": [{"creditAgencyName": "B", "ratingScore": 80}],
        "score": 10.5,
        "nothing": None,
        "odd name": 'it\'s "odd" \\ é',
    },
    "Cy": {"score": "9", "flag": False, "tags": ["red", "blue"], "givenNames": ["Cy", "Cyril"]},
}


@pytest.fixture(scope="module")
async def people(shared: Service) -> tuple[Service, dict[str, str]]:
    """The service with three people, and their names by id."""
    names = {}
    for name, attributes in PEOPLE.items():
        document = {"@type": "Individual", "givenName": name, "familyName": "Path"}
        answer = await shared.client.post(PATHS["individual"], json={**document, **attributes})
        assert answer.status_code == 201, answer.text
        names[answer.json()["id"]] = name
    return shared, names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # the three forms
        ("$[?(@.status=='validated')]", "Ann"),
        ("$.creditRating[?(@.ratingScore>100)]", "Ann"),
        ("creditRating[?(@.ratingScore>100)]", "Ann"),
        ("[?(@.status=='validated')]", "Ann"),
        ("$[?@.status == 'validated']", "Ann"),
        # several attributes of one element, which dotted paths cannot tie together
        ("contactMedium[?(@.contactType=='home' && @.city=='Lund')]", "Bob"),
        ("$.contactMedium[?(@.city=='Malmö' && @.preferred==true)]", "Ann"),
        ("$[?(@.contactMedium[?(@.contactType=='work' && @.city=='Malmö')])]", "Bob"),
        ("contactMedium[*][?(@.city=='Lund')]", "Ann Bob"),
        ("contactMedium[0][?(@.city=='Lund')]", "Bob"),
        ("$[?(@.contactMedium[1].city=='Lund')]", "Ann"),
        ("$[?(@.contactMedium.city=='Lund')]", "Ann Bob"),
        # comparisons of each kind
        ("$[?(@.score>9)]", "Bob"),
        ("$[?(@.score>=9)]", "Ann Bob"),
        ("$[?(@.score<10)]", "Ann"),
        ("$[?(@.score<=9.0)]", "Ann"),
        ("$[?(9==@.score)]", "Ann"),
        ("$[?(10 < @.score)]", "Bob"),
        ("$[?(@.score=='9')]", "Cy"),
        ("$[?(@.score==1.05e1)]", "Bob"),
        ("$[?(@.score==-0)]", ""),
        ("$[?(@.flag==false)]", "Cy"),
        ("$[?(@.nothing==null)]", "Bob"),
        ("$[?(@.contactMedium[0].city==@.contactMedium[1].city)]", ""),
        ("$[?(@.givenName==@.givenNames[0])]", "Cy"),
        ("$[?(@.givenName==$.givenNames)]", "Cy"),
        # whatever does not fulfil a condition fulfils its negation
        ("$[?(@.status!='validated')]", "Bob Cy"),
        ("$[?(!(@.status=='validated'))]", "Bob Cy"),
        ("$[?(@.score!=9)]", "Bob Cy"),
        ("$[?(!(@.score>9))]", "Ann Cy"),
        ("$[?(!(@.score>9 || @.flag==false))]", "Ann"),
        ("$[?(!(@.score>=9 && @.status=='validated'))]", "Bob Cy"),
        ("$[?(!!(@.score>9))]", "Bob"),
        # and, or, their order
        ("$[?(@.score==9 || @.score==10.5 && @.status=='validated')]", "Ann"),
        ("$[?((@.score==9 || @.score==10.5) && @.status!='validated')]", "Bob"),
        ("$[?(@.score==9||@.score==10.5||@.flag==false)]", "Ann Bob Cy"),
        # being there
        ("$[?(@.flag)]", "Cy"),
        ("$[?(@.nothing)]", "Bob"),
        ("$[?(!@.creditRating)]", "Cy"),
        ("$[?(@.contactMedium[?(@.preferred)])]", "Ann Bob"),
        ("$[?(@.contactMedium[1].preferred)]", "Ann"),
        # any of several
        ("$[?(@.givenName in ['Ann','Cy'])]", "Ann Cy"),
        ("$[?(@.score in [9, 10.5])]", "Ann Bob"),
        ("$[?(@.givenName nin ['Ann','Cy'])]", "Bob"),
        ("$[?('red' in @.tags)]", "Cy"),
        ("$[?(@.tags=='blue')]", "Cy"),
        # patterns
        ("$[?(@.givenName=~/^a/i)]", "Ann"),
        ("$[?(@.givenName=~/^a/)]", ""),
        ("$[?(@.givenName=~'^(A|C)')]", "Ann Cy"),
        ("contactMedium[?(@.city=~/^Mal.*$/ && @.contactType=='home')]", "Ann"),
        ("$[?search(@.givenName, 'n')]", "Ann"),
        ("$[?(match(@.givenName, 'A.n'))]", "Ann"),
        ("$[?(match(@.givenName, 'A|C'))]", ""),
        ("$[?(!search(@.status, 'valid'))]", "Bob Cy"),
        # names in brackets, deep paths, nested lists
        ('$[?(@[\'odd name\']=="it\'s \\"odd\\" \\\\ \\u00e9")]', "Bob"),
        ("$[?(@['odd name']=='it\\'s \"odd\" \\\\ é')]", "Bob"),
        ("$['contactMedium'][?(@['city']=='Malmö' && @['preferred']==true)]", "Ann"),
        ("$[?(@.nested.deep.list[?(@.x==2 && @.y=='z')])]", "Ann"),
        ("nested.deep.list[?(@.x==1 && @.y=='z')]", ""),
        ("nested.deep[?(@.list[?(@.x==1)])].list[?(@.y)].y", "Ann"),
        ("$.*[?(@.ratingScore==80)]", "Bob"),
        ("$[?(@.@type=='Individual' && @.score==9)]", "Ann"),
        ("$[?(@.nowhere.at.all=='x')]", ""),
        # what looks like a path or a sign in a text is text
        ("$[?(@.status=='x\\' || @.score>0 || \\'y')]", ""),
        ('$[?(@.status=="$v0")]', ""),
    ],
)
async def test_a_filter_finds(
    people: tuple[Service, dict[str, str]], text: str, expected: str
) -> None:
    service, names = people
    query = {"familyName": "Path", "filter": text, "limit": "100"}
    answer = await service.client.get(PATHS["individual"], params=query)
    assert answer.status_code == 200, answer.text
    assert sorted(names[found["id"]] for found in answer.json()) == expected.split()
    # What is found is the record, whole, not the element.
    assert all(found["familyName"] == "Path" for found in answer.json())
    assert answer.headers["x-total-count"] == str(len(expected.split()))


async def test_a_filter_is_counted_ordered_and_cut(
    people: tuple[Service, dict[str, str]],
) -> None:
    service, _ = people
    query = "familyName=Path&sort=-givenName&limit=1&fields=givenName&filter="
    query += quote("$[?(@.contactMedium)]", safe="")
    answer = await service.client.get(f"{PATHS['individual']}?{query}")
    assert answer.status_code == 206
    assert [found["givenName"] for found in answer.json()] == ["Bob"]
    assert answer.headers["x-total-count"] == "2"
    assert f"filter={quote('$[?(@.contactMedium)]', safe='')}" in answer.headers["link"]


DEEP = "(" * (DEEPEST + 1) + "@.a==1" + ")" * (DEEPEST + 1)
MALFORMED = [
    "", " ", "$", "status", "$.status", "$.a.b", "$[*]", "$[0]", "a[0].b",
    "$[?]", "$[?()]", "$[?(]", "$[?(@.a==1]", "$[?(@.a==1)", "$[?(@.a==1))]", "$[?@.a==1]]",
    "$[?(@.a==)]", "$[?(==1)]", "$[?(@.a=1)]", "$[?(@.a===1)]", "$[?(@.a<>1)]", "$[?(@.a=>1)]",
    "$[?(@.a==1 and @.b==2)]", "$[?(@.a==1 & @.b==2)]", "$[?(@.a==1 | @.b==2)]",
    "$[?(@.a==1 &&)]", "$[?(|| @.a==1)]", "$[?(@.a==1 @.b==2)]", "$[?(!)]", "$[?(@.a!1)]",
    "$[?(1==1)]", "$[?('a'=='b')]", "$[?(true)]", "$[?('x')]", "$[?(1)]", "$[?(a==1)]",
    "$[?(@.a=='x)]", '$[?(@.a=="x)]', "$[?(@.a=='x\\q')]", "$[?(@.a=='\\u12')]",
    "$[?(@.a=='\\ud800')]", "$[?(@.a=='\\u0000')]", "$[?(@.a=='a\nb')]", "$[?(@.a==\x00)]",
    "$[?(@.a==01)]", "$[?(@.a==1.)]", "$[?(@.a==.5)]", "$[?(@.a==1e999)]", "$[?(@.a==0x1)]",
    "$[?(@.a==NaN)]", "$[?(@.a==Infinity)]", "$[?(@.a==undefined)]", "$[?(@.a==True)]",
    "$..a[?(@.b==1)]", "$[?(@..a==1)]", "$.a[-1][?(@.b==1)]", "$.a[0:1][?(@.b==1)]",
    "$.a[0,1][?(@.b==1)]", "$.a[b][?(@.c==1)]", "$.a['b','c'][?(@.d==1)]", "$.a[999999][?(@.b)]",
    "$.[?(@.a==1)]", "$.a.[?(@.b==1)]", "$a[?(@.b==1)]", ".a[?(@.b==1)]", "@.a[?(@.b==1)]",
    "$[?(@.a.==1)]", "$[?(@a==1)]", "$[?(@[a]==1)]", "$[?(@['']==1)]", "$[?(@.1==1)]",
    "$[?(@.é==1)]", "$[?(@.a==1)] x", "$[?(@.a==1)];", "$[?(@.a==1)]--", "$ [ ? ( @.a == ) ]",
    "$[?(@.a=~)]", "$[?(@.a=~/x)]", "$[?(@.a=~/x/q)]", "$[?(@.a=~//)]", "$[?(@.a=~1)]",
    "$[?('x'=~/x/)]", "$[?(@.a in)]", "$[?(@.a in [])]", "$[?(@.a in [1,])]", "$[?(@.a in [1 2])]",
    "$[?(@.a in [1,2)]", "$[?(1 in [1,2])]", "$[?(@.a in 1)] 5", "$[?length(@.a)>1]",
    "$[?count(@.a)]", "$[?match(@.a)]", "$[?match(@.a,1)]", "$[?match('a','a')]",
    "$[?search(@.a,'x']", "$[?search @.a]", "$[?(@.a + 1 == 2)]", "$[?(@.a == (1))]",
    "$[?(@.a; DROP TABLE record.individual)]", "$[?(@.a==$v0)]", "$[?(@.a==$1)]",
    f"$[?{DEEP}]", "$[?(" + "!" * (DEEPEST + 1) + "@.a)]",
    "$" + "[?(@.a" * (DEEPEST + 1) + ")]" * (DEEPEST + 1),
    "$[?(" + "||".join(["@.a==1"] * 51) + ")]", f"$[?(@.a in [{','.join('1' * 52)}])]",
    "a" + ".a" * 8 + "[?(@.b==1)]", f"$[?(@.{'a' * 101}==1)]", f"$[?(@.a=='{'x' * 1001}')]",
    f"$[?(@.a=='{'x' * LONGEST}')]", "$[?(@.a==1)]" * 200, "(" * LONGEST, "[" * LONGEST,
]  # fmt: skip


@pytest.mark.parametrize("text", MALFORMED, ids=lambda text: repr(text)[:50])
def test_what_is_no_filter_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_filter(text)
    assert (refused.value.code, refused.value.path) == ("invalidFilter", "filter")
    assert refused.value.hint


@pytest.mark.parametrize(
    "query",
    ["filter=", "filter=%24%5B%3F", "filter=x&filter=y", "filter=%ff", "filter=$[?(@.a=~'(')]"],
)
async def test_the_door_says_so(shared: Service, query: str) -> None:
    answer = await shared.client.get(f"{PATHS['individual']}?{query}")
    assert answer.status_code == 400, answer.text
    assert answer.json()["code"] in ("invalidFilter", "invalidPage")


names = st.sampled_from(["a", "b", "@type", "c-d"])
literals = st.sampled_from(["1", "-2.5e3", "'x'", '"y\'"', "true", "null", "'\\\\\"'", "'é$v1'"])


def paths(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    steps = st.one_of(
        names.map(lambda name: f".{name}"),
        names.map(lambda name: f"['{name}']"),
        st.sampled_from(["[0]", "[*]", ".*"]),
        inner.map(lambda text: f"[?({text})]"),
    )
    return st.lists(steps, min_size=1, max_size=3).map(lambda parts: "@" + "".join(parts))


def conditions(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    path, sign = paths(inner), st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
    return st.one_of(
        st.tuples(path, sign, literals | path).map("".join),
        st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map("".join),
        inner.map(lambda text: f"!({text})"),
        inner.map(lambda text: f"({text})"),
        path.map(lambda text: f"{text} in ['x', 1]"),
        path.map(lambda text: f"{text} =~ /x\\/.*/i"),
    )


written = st.recursive(st.just("@.a==1") | st.just("@.b"), conditions, max_leaves=5)
bodies: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from([1, -2500, "x", "é$v1", True, None]),
    lambda part: st.lists(part, max_size=2) | st.dictionaries(names, part, max_size=3),
    max_leaves=8,
)


@given(written, bodies)
async def test_whatever_is_read_is_understood_by_the_server(
    schema: Database, text: str, body: Any
) -> None:
    """The path runs, and either it or its negation finds the document."""
    try:
        tests = [parse_filter(f"$[?({text})]"), parse_filter(f"$[?(!({text}))]")]
    except Invalid:  # nested too deeply for us, or too long
        assert "[?(" in text or "!(" in text
        return
    found = []
    for path in map(compiled, tests):
        statement = "SELECT jsonb_path_exists($1::text::jsonb, $2::text::jsonpath, $3::text::jsonb)"
        document = json.dumps({"a": body, "b": 1})
        found.append(await schema.value(statement, document, path.text, path.variables))
    assert sorted(found) == [False, True]


def test_literals_are_never_part_of_the_path() -> None:
    path = compiled(parse_filter("$[?(@.a=='secret' && @.b in ['other', 42] || @.c==@.d)]"))
    assert not [word for word in ("secret", "other", "42") if word in path.text]
    assert path.variables == '{"v0":"secret","v1":"other","v2":42}'


def test_what_must_equal_is_asked_of_columns_too() -> None:
    def told(text: str) -> list[tuple[str, str]]:
        return list(equalities(parse_filter(text)))

    assert told("$[?(@.name=='x' && @.status=='y' && @.z==1)]") == [("name", "x"), ("status", "y")]
    for text in ("$[?(@.name=='x' || @.a)]", "$[?(@.name!='x')]", "name[?(@.name=='x')]",
                 "$[?(@.a.name=='x')]", "$[?(@.a[?(@.name=='x')])]"):  # fmt: skip
        assert told(text) == []


async def test_a_filter_that_takes_for_ever_is_stopped(schema: Database) -> None:
    path = compiled(parse_filter(r"$[?(@.a =~ /^(.*)(.*)(.*)(.*)\1\2\3\4$/)]"))
    statement = "SELECT jsonb_path_exists($1::text::jsonb, $2::text::jsonpath, $3::text::jsonb)"
    document = json.dumps({"a": "a" * 401})
    async with Database(schema.dsn, pool_size=1, statement_timeout_ms=100) as hurried:
        with pytest.raises(Unavailable) as stopped:
            await hurried.value(statement, document, path.text, path.variables)
        assert stopped.value.code == "timeLimit"
        assert await hurried.value("SELECT 1") == 1
