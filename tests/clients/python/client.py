"""A client in Python, written from the contracts and proto/README.md, with gRPC's own limits.

client.py GENERATED: GENERATED holds what protoc made of the contracts. Where the services are and who
calls stands in ZHIBU_REGISTRY, ZHIBU_MEMBERSHIP, ZHIBU_TOKEN_FILE and ZHIBU_TODAY, as zhibu-with-suite
sets them. Ends with 0, or with the first thing that is not as promised.
"""

import datetime
import hashlib
import os
import sys

import google
import grpc

sys.path.insert(0, sys.argv[1])
google.__path__.append(os.path.join(sys.argv[1], "google"))  # google.rpc beside google.protobuf

from google.rpc import error_details_pb2, status_pb2  # noqa: E402
from google.type import date_pb2  # noqa: E402
from zhibu.feed.v1 import feed_pb2, feed_pb2_grpc  # noqa: E402
from zhibu.membership.v1 import development_case_pb2 as case_pb2  # noqa: E402
from zhibu.membership.v1 import membership_fact_service_pb2 as fact_pb2  # noqa: E402
from zhibu.membership.v1 import membership_fact_service_pb2_grpc as fact_grpc  # noqa: E402
from zhibu.membership.v1 import membership_service_pb2 as membership_pb2  # noqa: E402
from zhibu.membership.v1 import membership_service_pb2_grpc as membership_grpc  # noqa: E402
from zhibu.membership.v1 import person_pb2, reveal_pb2  # noqa: E402
from zhibu.registry.v1 import organisation_pb2  # noqa: E402
from zhibu.registry.v1 import registry_service_pb2 as registry_pb2  # noqa: E402
from zhibu.registry.v1 import registry_service_pb2_grpc as registry_grpc  # noqa: E402
from zhibu.registry.v1 import reorganisation_service_pb2 as reorganisation_pb2  # noqa: E402
from zhibu.registry.v1 import reorganisation_service_pb2_grpc as reorganisation_grpc  # noqa: E402
from zhibu.type.v1 import correction_pb2, finding_pb2, line_pb2  # noqa: E402

ROOT = "organisations/jyj-dw"  # the bureau committee of the example county
BRANCH = "organisations/py-zb"
ENDED = "organisations/py-ended"
NOTHING = bytes(32)  # the hash before the first record
SECONDS = 60
TODAY = datetime.date.fromisoformat(os.environ["ZHIBU_TODAY"])

with open(os.environ["ZHIBU_TOKEN_FILE"], encoding="ascii") as file:
    OWNER = (("authorization", "Bearer " + file.read().strip()),)
registry_channel = grpc.insecure_channel(os.environ["ZHIBU_REGISTRY"])
membership_channel = grpc.insecure_channel(os.environ["ZHIBU_MEMBERSHIP"])
registry = registry_grpc.RegistryServiceStub(registry_channel)
reorganisations = reorganisation_grpc.ReorganisationServiceStub(registry_channel)
membership = membership_grpc.MembershipServiceStub(membership_channel)
facts = fact_grpc.MembershipFactServiceStub(membership_channel)


def call(method, request, metadata=OWNER):
    return method(request, metadata=metadata, timeout=SECONDS)


def expect(what, seen, wanted):
    if seen != wanted:
        sys.exit(f"{what}: {seen!r}, not {wanted!r}")


def at_least(request, **revisions):
    """Sets what a request must have seen, and gives the request back."""
    request.at_least.revisions.update(revisions)
    return request


def date(day):
    return date_pb2.Date(year=day.year, month=day.month, day=day.day)


def days_ago(days):
    return date(TODAY - datetime.timedelta(days=days))


class Refusal:
    """What a refused call says, as programs read it."""

    def __init__(self, error):
        self.code = error.code()
        packed = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin")
        if packed is None:
            sys.exit(f"a refusal without details: {error}")
        status = status_pb2.Status.FromString(packed)
        expect("code in the details", status.code, self.code.value[0])

        def unpacked(kind):
            for detail in status.details:
                message = kind()
                if detail.Unpack(message):
                    return message
            return None

        self.info = unpacked(error_details_pb2.ErrorInfo)
        self.bad_request = unpacked(error_details_pb2.BadRequest)
        self.precondition = unpacked(error_details_pb2.PreconditionFailure)
        self.localized = unpacked(error_details_pb2.LocalizedMessage)
        self.findings = unpacked(finding_pb2.Findings)

    def expect(self, code, reason):
        expect("code of " + reason, self.code, code)
        expect("reason", self.info.reason, reason)
        return self


def refused(method, request, metadata=OWNER):
    try:
        answer = call(method, request, metadata)
    except grpc.RpcError as error:
        return Refusal(error)
    sys.exit(f"not refused: {type(request).__name__} gave {type(answer).__name__}")


def authenticates():
    ask = registry_pb2.GetOrganisationRequest(name=ROOT)
    for metadata in ((), (("authorization", "Bearer not-a-token"),)):
        refused(registry.GetOrganisation, ask, metadata).expect(
            grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED"
        )
    expect("name", call(registry.GetOrganisation, ask).organisation.name, ROOT)


def new_branch(request_id="py-branch"):
    return registry_pb2.CreateOrganisationRequest(
        organisation_id=BRANCH.split("/")[1],
        organisation=organisation_pb2.Organisation(
            title="中共示范县客户端学校支部委员会",
            kind=BRANCH_KIND,
            established_on=date(datetime.date(2020, 1, 1)),
            affiliations=[
                organisation_pb2.Affiliation(
                    parent=ROOT,
                    line=line_pb2.LINE_SUBORDINATION,
                    valid_from=date(datetime.date(2020, 1, 1)),
                )
            ],
        ),
        request_id=request_id,
    )


BRANCH_KIND = organisation_pb2.Organisation.DESCRIPTOR.fields_by_name["kind"].enum_type.values_by_name[
    "ORGANISATION_KIND_BRANCH"
].number


def writes_once():
    """The same request id has one effect and one answer; with another body it is refused."""
    judged = new_branch()
    judged.validate_only = True
    call(registry.CreateOrganisation, judged)
    refused(registry.GetOrganisation, registry_pb2.GetOrganisationRequest(name=BRANCH)).expect(
        grpc.StatusCode.NOT_FOUND, "NOT_FOUND"
    )
    first = call(registry.CreateOrganisation, new_branch())
    again = call(registry.CreateOrganisation, new_branch())
    expect("answer of a repeated request", again, first)
    other = new_branch()
    other.organisation.title += "二"
    refused(registry.CreateOrganisation, other).expect(
        grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_ID_REUSED"
    )
    taken = refused(registry.CreateOrganisation, new_branch("py-branch-2"))
    taken.expect(grpc.StatusCode.ALREADY_EXISTS, "ORGANISATION_EXISTS")
    return first.revision


def finds_what_ended():
    """A batch answers etags, good for the next change; what was dissolved is found by its title."""
    ended = new_branch()
    ended.organisation_id = ENDED.split("/")[1]
    ended.organisation.title = "中共示范县旧客户端学校支部委员会"
    batch = registry_pb2.BatchCreateOrganisationsRequest(requests=[ended], request_id="py-batch")
    created = call(registry.BatchCreateOrganisations, batch)
    expect("names of a batch", list(created.names), [ENDED])
    expect("etags of a batch", len(created.etags), 1)
    call(
        reorganisations.DissolveOrganisation,
        reorganisation_pb2.DissolveOrganisationRequest(
            reorganisation_id="py-dissolved",
            decision=reorganisation_pb2.Decision(
                authority=ROOT, document_number="青教党〔2026〕31 号", effective_on=days_ago(1)
            ),
            organisation=reorganisation_pb2.OrganisationVersion(
                organisation=ENDED, etag=created.etags[0]
            ),
            successor=BRANCH,
            request_id="py-dissolved",
        ),
    )
    ask = registry_pb2.FindOrganisationRequest(title=ended.organisation.title)
    found = call(registry.FindOrganisation, ask).organisation
    expect("found by its title", found.name, ENDED)
    expect("dissolved on", found.dissolved_on, days_ago(1))
    expect("successors", list(found.successors), [BRANCH])


def new_person(number, request_id=None):
    return membership_pb2.CreatePersonRequest(
        person_id=f"py-{number}",
        person=person_pb2.Person(
            organisation=BRANCH,
            display_name="测试" + "甲乙丙丁戊己庚辛壬癸"[number % 10],
            sex=person_pb2.SEX_FEMALE,
            birth_date=date(datetime.date(1990, 5, 6)),
            nationality_code="01",
            kind=person_pb2.PERSON_KIND_TEACHER,
            registered_on=date(datetime.date(2020, 1, 1)),
        ),
        request_id=request_id or f"py-{number}",
    )


def registers_people(registry_revision):
    """Right after a write elsewhere, with at_least; then form that is wrong, field by field."""
    for number in range(2):
        member = new_person(number)
        member.opening_balance.stage = person_pb2.STAGE_FULL
        member.opening_balance.joined_on.CopyFrom(date(datetime.date(2012, 1, 1)))
        member.opening_balance.full_member_on.CopyFrom(date(datetime.date(2013, 1, 1)))
        call(membership.CreatePerson, at_least(member, registry=registry_revision))
    created = call(membership.CreatePerson, new_person(2))
    listed = membership_pb2.ListPersonsRequest(root=BRANCH)
    shown = call(membership.ListPersons, at_least(listed, membership=created.revision))
    expect("persons", len(shown.persons), 3)
    expect("organisation", created.person.organisation, BRANCH)

    wrong = new_person(3)
    wrong.person.sex = person_pb2.SEX_UNSPECIFIED
    wrong.person.birth_date.month = 13
    refusal = refused(membership.CreatePerson, wrong)
    expect("code", refusal.code, grpc.StatusCode.INVALID_ARGUMENT)
    fields = {violation.field for violation in refusal.bad_request.field_violations}
    if not fields or any(not field.startswith("person.") for field in fields):
        sys.exit(f"violations of {fields}")
    expect("locale", refusal.localized.locale, "zh-CN")
    expect("subjects", {finding.subject for finding in refusal.findings.findings}, fields)
    if not refusal.info.domain.endswith(".zhibu"):
        sys.exit(f"domain {refusal.info.domain}")
    return created.revision


def nobodys_number():
    """An ID number of the region that is nobody's, with its check character."""
    body = "99000019900506123"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights)) % 11]


def searches_people():
    """By name and initials; by ID number only with a purpose, and it leaves a trace."""
    for sought in (dict(display_name="测试甲"), dict(initials="csj")):
        ask = membership_pb2.SearchPersonsRequest(root=BRANCH, **sought)
        found = call(membership.SearchPersons, ask)
        expect(f"found by {list(sought)}", [person.name for person in found.persons], ["persons/py-0"])
    two = membership_pb2.SearchPersonsRequest(root=BRANCH, display_name="测试甲", initials="csj")
    refused(membership.SearchPersons, two).expect(grpc.StatusCode.INVALID_ARGUMENT, "QUERY_NOT_ONE")
    ask = membership_pb2.SearchPersonsRequest(
        root=BRANCH, id_number=nobodys_number(), reference="核〔2026〕1 号", request_id="py-search"
    )
    refused(membership.SearchPersons, ask).expect(
        grpc.StatusCode.INVALID_ARGUMENT, "PURPOSE_REQUIRED"
    )
    ask.purpose = reveal_pb2.REVEAL_PURPOSE_VERIFICATION
    found = call(membership.SearchPersons, ask)
    expect("nobody", len(found.persons), 0)
    expect("journaled", found.revision > 0, True)


def corrects_dues():
    """What stood there before a correction stays visible."""
    name = "persons/py-0"
    person = call(membership.GetPerson, membership_pb2.GetPersonRequest(name=name)).person
    paid = call(
        facts.RecordDuesPaid,
        fact_pb2.RecordDuesPaidRequest(
            name=name, etag=person.etag, paid_until_month="2026-10", request_id="py-dues"
        ),
    ).person
    correction = fact_pb2.CorrectDuesPaidRequest(
        name=name, etag=paid.etag, paid_until_month="2026-09", request_id="py-correction"
    )
    refused(facts.CorrectDuesPaid, correction).expect(
        grpc.StatusCode.INVALID_ARGUMENT, "CORRECTION_REASON_INVALID"
    )
    correction.correction.CopyFrom(correction_pb2.Correction(reason="多录了一个月"))
    corrected = call(facts.CorrectDuesPaid, correction).person
    expect("paid until", corrected.status.dues_paid_until_month, "2026-09")
    recorded = corrected.corrections[-1]
    expect("what was corrected", recorded.subject, "dues")
    expect("why", recorded.correction.reason, "多录了一个月")
    expect("what stood there", [field.was for field in recorded.fields], ['"2026-10"'])
    correction.etag, correction.request_id = corrected.etag, "py-correction-2"
    refused(facts.CorrectDuesPaid, correction).expect(
        grpc.StatusCode.FAILED_PRECONDITION, "NOTHING_TO_CORRECT"
    )


def step(etag, number, **detail):
    return membership_pb2.RecordStepRequest(
        name="persons/py-2/cases/one",
        etag=etag,
        step=case_pb2.Step(reference=f"材料{number}", **detail),
        request_id=f"py-step-{number}",
    )


def walks_steps():
    """From the application to a contact; then too early, which the rule's article refuses."""
    steps = [
        dict(date=days_ago(60), application=case_pb2.Application()),
        dict(date=days_ago(50), talk=case_pb2.Talk(talker="persons/py-0")),
        dict(
            date=days_ago(40),
            activist_determination=case_pb2.ActivistDetermination(recommended_by_members=True),
        ),
        dict(date=days_ago(35), activist_filing=case_pb2.ActivistFiling()),
        dict(
            date=days_ago(30),
            contact_assignment=case_pb2.ContactAssignment(contacts=["persons/py-0", "persons/py-1"]),
        ),
    ]
    etag = ""
    for number, detail in enumerate(steps):
        answer = call(membership.RecordStep, step(etag, number, **detail))
        stale, etag = etag, answer.etag
    expect("stage", answer.stage, person_pb2.STAGE_ACTIVIST)

    early = step(etag, 90, date=days_ago(1), object_determination=case_pb2.ObjectDetermination())
    refusal = refused(membership.RecordStep, early)
    expect("code", refusal.code, grpc.StatusCode.FAILED_PRECONDITION)
    if not refusal.precondition.violations:
        sys.exit("no violations")
    found = {finding.reason: finding for finding in refusal.findings.findings}
    too_early = found["ACTIVIST_PERIOD_TOO_SHORT"]
    if not (too_early.citation.document and too_early.citation.article and too_early.message):
        sys.exit("a refusal without its rule")
    expect("kind of violation", {v.type for v in refusal.precondition.violations} & set(found) != set(), True)

    refused(
        membership.RecordStep, step(stale, 91, date=days_ago(1), cultivation_inspection={})
    ).expect(grpc.StatusCode.ABORTED, "ETAG_STALE")
    shown = call(membership.GetCase, membership_pb2.GetCaseRequest(name="persons/py-2/cases/one"))
    expect("steps", len(shown.development_case.steps), len(steps))
    return answer.revision


def pages():
    """Pages of a list are the list, in its order, without gaps or repetition."""

    def names(page_size):
        listed, token, largest = [], "", 0
        while True:
            page = call(
                membership.ListPersons,
                membership_pb2.ListPersonsRequest(
                    root=ROOT,
                    line=line_pb2.LINE_EITHER,
                    page_size=page_size,
                    page_token=token,
                ),
            )
            listed += [person.name for person in page.persons]
            largest = max(largest, len(page.persons))
            token = page.next_page_token
            if not token:
                return listed, largest

    by_hundreds, largest = names(100)
    expect("rows of a page", largest <= 100, True)
    expect("people, each once", len(set(by_hundreds)), len(by_hundreds))
    expect("more than one page", len(by_hundreds) > 1000, True)
    expect("the same list in large pages", names(1000)[0], by_hundreds)


class Chain:
    """The hash chain of a feed, from its first record on."""

    def __init__(self):
        self.revision, self.hash = 0, NOTHING

    def add(self, record):
        content = feed_pb2.Content.FromString(record.content)
        expect("revision", record.revision, self.revision + 1)
        expect("revision in the content", content.revision, record.revision)
        expect("previous hash", record.previous_hash, self.hash)
        expect("hash", record.hash, hashlib.sha256(record.previous_hash + record.content).digest())
        self.revision, self.hash = record.revision, record.hash
        return content


def verifies(channel, request_id):
    """Reads a feed, breaks off, goes on where it was, waits for a record that is yet to be written."""
    feed = feed_pb2_grpc.FeedServiceStub(channel)

    def watch(after, stop):
        return feed.Watch(
            feed_pb2.WatchRequest(after_revision=after, stop_at_head=stop),
            metadata=OWNER,
            timeout=SECONDS,
        )

    chain, written = Chain(), []
    stream = watch(0, False)
    for answer in stream:
        for record in answer.records:
            written.append(chain.add(record).request_id)
        if answer.records:
            break
    stream.cancel()
    for answer in watch(chain.revision, True):
        for record in answer.records:
            written.append(chain.add(record).request_id)
    expect("records with our request id", written.count(request_id), 1)
    head = call(feed.GetHead, feed_pb2.GetHeadRequest())
    expect("head", (head.revision, head.hash), (chain.revision, chain.hash))
    try:
        list(watch(chain.revision + 1, True))
        sys.exit("a feed goes on after its end")
    except grpc.RpcError as error:
        Refusal(error).expect(grpc.StatusCode.OUT_OF_RANGE, "AFTER_HEAD")
    return chain, watch


def waits_for_news(chain, watch):
    stream = watch(chain.revision, False)
    call(membership.CreatePerson, new_person(4))
    for answer in stream:
        for record in answer.records:
            if chain.add(record).request_id == "py-4":
                stream.cancel()
                return


authenticates()
registry_revision = writes_once()
finds_what_ended()
registers_people(registry_revision)
searches_people()
corrects_dues()
walks_steps()
pages()
verifies(registry_channel, "py-branch")
waits_for_news(*verifies(membership_channel, "py-step-4"))
print("client.py: all as promised")
