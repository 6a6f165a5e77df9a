// A client in Node, written from the contracts and proto/README.md, with gRPC's own limits.
//
// client.js PROTO_FOLDER...: where the contracts and what they import are. Where the services are and who
// calls stands in ZHIBU_REGISTRY, ZHIBU_MEMBERSHIP, ZHIBU_TOKEN_FILE and ZHIBU_TODAY, as
// zhibu-with-suite sets them. Ends with 0, or with the first thing that is not as promised.
'use strict';

const assert = require('assert').strict;
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');
const protobuf = require('protobufjs');

const folders = process.argv.slice(2);
const files = [
  'zhibu/feed/v1/feed.proto', 'zhibu/membership/v1/membership_fact_service.proto',
  'zhibu/membership/v1/membership_service.proto', 'zhibu/registry/v1/registry_service.proto',
  'zhibu/registry/v1/reorganisation_service.proto', 'zhibu/type/v1/finding.proto',
];
// The services; and the messages that stand in bytes: details of refusals, contents of records.
const api = grpc.loadPackageDefinition(loader.loadSync(files, {
  includeDirs: folders, keepCase: true, longs: String, enums: String, defaults: true,
})).zhibu;
const types = new protobuf.Root();
types.resolvePath = (origin, target) =>
  folders.map((folder) => path.join(folder, target)).find((file) => fs.existsSync(file)) || target;
types.loadSync([...files, 'google/rpc/status.proto', 'google/rpc/error_details.proto'],
               { keepCase: true });

const ROOT = 'organisations/jyj-dw';  // the bureau committee of the example county
const BRANCH = 'organisations/js-zb';
const ENDED = 'organisations/js-ended';
const CASE = 'persons/js-2/cases/one';
const { status } = grpc;

const plain = grpc.credentials.createInsecure();
const registry =
  new api.registry.v1.RegistryService(process.env.ZHIBU_REGISTRY, plain);
const reorganisations =
  new api.registry.v1.ReorganisationService(process.env.ZHIBU_REGISTRY, plain);
const membership =
  new api.membership.v1.MembershipService(process.env.ZHIBU_MEMBERSHIP, plain);
const facts =
  new api.membership.v1.MembershipFactService(process.env.ZHIBU_MEMBERSHIP, plain);
const registryFeed = new api.feed.v1.FeedService(process.env.ZHIBU_REGISTRY, plain);
const membershipFeed = new api.feed.v1.FeedService(process.env.ZHIBU_MEMBERSHIP, plain);

function bearer(token) {
  const metadata = new grpc.Metadata();
  if (token) metadata.set('authorization', `Bearer ${token}`);
  return metadata;
}
const owner = bearer(fs.readFileSync(process.env.ZHIBU_TOKEN_FILE, 'ascii').trim());
const deadline = () => ({ deadline: Date.now() + 60000 });

function call(client, method, request, metadata = owner) {
  return new Promise((resolve, reject) => {
    client[method](request, metadata, deadline(),
                   (error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

// What a request must have seen: service → revision.
const atLeast = (revisions) => ({ revisions });

function date(text) {
  const [year, month, day] = text.split('-').map(Number);
  return { year, month, day };
}
const today = new Date(`${process.env.ZHIBU_TODAY}T00:00:00Z`);
const daysAgo = (days) => date(new Date(today - days * 86400000).toISOString().slice(0, 10));

// What a refused call says, as programs read it: detail's type → message.
function detailsOf(error) {
  const [packed] = error.metadata.get('grpc-status-details-bin');
  const details = types.lookupType('google.rpc.Status').decode(packed);
  assert.equal(details.code, error.code);
  return Object.fromEntries(details.details.map(({ type_url, value }) => {
    const type = type_url.split('/').pop();
    return [type, types.lookupType(type).decode(value)];
  }));
}

// The details of a refusal with this code, and this reason where one is given.
async function refused(code, reason, ...arguments_) {
  let answer;
  try {
    answer = await call(...arguments_);
  } catch (error) {
    assert.equal(error.code, code, error.message);
    const details = detailsOf(error);
    if (reason) assert.equal(details['google.rpc.ErrorInfo'].reason, reason);
    return details;
  }
  return assert.fail(`${arguments_[1]} was not refused: ${JSON.stringify(answer)}`);
}

async function authenticates() {
  const ask = { name: ROOT };
  for (const metadata of [bearer(''), bearer('not-a-token')]) {
    await refused(status.UNAUTHENTICATED, 'UNAUTHENTICATED', registry, 'GetOrganisation', ask,
                  metadata);
  }
  const answer = await call(registry, 'GetOrganisation', ask);
  assert.equal(answer.organisation.name, ROOT);
}

const newBranch = (change = {}) => ({
  organisation_id: BRANCH.split('/')[1],
  organisation: {
    title: '中共示范县节点学校支部委员会',
    kind: 'ORGANISATION_KIND_BRANCH',
    established_on: date('2020-01-01'),
    affiliations: [
      { parent: ROOT, line: 'LINE_SUBORDINATION', valid_from: date('2020-01-01') },
    ],
  },
  request_id: 'js-branch',
  ...change,
});

// The same request id has one effect and one answer; with another body it is refused.
async function writesOnce() {
  await call(registry, 'CreateOrganisation', newBranch({ validate_only: true }));
  await refused(status.NOT_FOUND, 'NOT_FOUND', registry, 'GetOrganisation', { name: BRANCH });
  const first = await call(registry, 'CreateOrganisation', newBranch());
  assert.deepEqual(await call(registry, 'CreateOrganisation', newBranch()), first);
  const other = newBranch();
  other.organisation.title += '二';
  await refused(status.INVALID_ARGUMENT, 'REQUEST_ID_REUSED', registry, 'CreateOrganisation', other);
  await refused(status.ALREADY_EXISTS, 'ORGANISATION_EXISTS', registry, 'CreateOrganisation',
                newBranch({ request_id: 'js-branch-2' }));
  return first.revision;
}

// A batch answers etags, good for the next change; what was dissolved is found by its title.
async function findsWhatEnded() {
  const ended = newBranch({ organisation_id: ENDED.split('/')[1] });
  ended.organisation.title = '中共示范县旧节点学校支部委员会';
  const { names, etags } =
    await call(registry, 'BatchCreateOrganisations', { requests: [ended], request_id: 'js-batch' });
  assert.deepEqual(names, [ENDED]);
  assert.equal(etags.length, 1);
  await call(reorganisations, 'DissolveOrganisation', {
    reorganisation_id: 'js-dissolved',
    decision: {
      authority: ROOT, document_number: '青教党〔2026〕32 号', effective_on: daysAgo(1),
    },
    organisation: { organisation: ENDED, etag: etags[0] },
    successor: BRANCH,
    request_id: 'js-dissolved',
  });
  const { organisation } =
    await call(registry, 'FindOrganisation', { title: ended.organisation.title });
  assert.equal(organisation.name, ENDED);
  assert.deepEqual(organisation.dissolved_on, daysAgo(1));
  assert.deepEqual(organisation.successors, [BRANCH]);
}

const newPerson = (number, person = {}, rest = {}) => ({
  person_id: `js-${number}`,
  person: {
    organisation: BRANCH,
    display_name: `测试${'甲乙丙丁戊己庚辛壬癸'[number % 10]}`,
    sex: 'SEX_FEMALE',
    birth_date: date('1990-05-06'),
    nationality_code: '01',
    kind: 'PERSON_KIND_TEACHER',
    registered_on: date('2020-01-01'),
    ...person,
  },
  request_id: `js-${number}`,
  ...rest,
});

// Right after a write elsewhere, with at_least; then form that is wrong, field by field.
async function registersPeople(registryRevision) {
  const member = {
    at_least: atLeast({ registry: registryRevision }),
    opening_balance: {
      stage: 'STAGE_FULL', joined_on: date('2012-01-01'), full_member_on: date('2013-01-01'),
    },
  };
  for (const number of [0, 1]) {
    await call(membership, 'CreatePerson', newPerson(number, {}, member));
  }
  const created = await call(membership, 'CreatePerson', newPerson(2));
  assert.equal(created.person.organisation, BRANCH);
  const { persons } = await call(membership, 'ListPersons',
                                 { root: BRANCH, at_least: atLeast({ membership: created.revision }) });
  assert.equal(persons.length, 3);

  const wrong = newPerson(3, { sex: 'SEX_UNSPECIFIED', birth_date: { year: 1990, month: 13, day: 1 } });
  const details =
    await refused(status.INVALID_ARGUMENT, null, membership, 'CreatePerson', wrong);
  const fields = details['google.rpc.BadRequest'].field_violations.map(({ field }) => field);
  assert.ok(fields.length > 0 && fields.every((field) => field.startsWith('person.')), `${fields}`);
  assert.equal(details['google.rpc.LocalizedMessage'].locale, 'zh-CN');
  assert.deepEqual(details['zhibu.type.v1.Findings'].findings.map(({ subject }) => subject), fields);
  assert.match(details['google.rpc.ErrorInfo'].domain, /\.zhibu$/);
}

// By name and initials; by ID number only with a purpose.
async function searchesPeople() {
  for (const sought of [{ display_name: '测试甲' }, { initials: 'csj' }]) {
    const { persons } = await call(membership, 'SearchPersons', { root: BRANCH, ...sought });
    assert.deepEqual(persons.map(({ name }) => name), ['persons/js-0']);
  }
  await refused(status.INVALID_ARGUMENT, 'QUERY_REQUIRED', membership, 'SearchPersons',
                { root: BRANCH });
}

// What stood there before a correction stays visible.
async function correctsDues() {
  const name = 'persons/js-0';
  const { person } = await call(membership, 'GetPerson', { name });
  const paid = await call(facts, 'RecordDuesPaid', {
    name, etag: person.etag, paid_until_month: '2026-10', request_id: 'js-dues',
  });
  const corrected = await call(facts, 'CorrectDuesPaid', {
    name,
    etag: paid.person.etag,
    withdraw: true,
    correction: { reason: '录到了别人名下' },
    request_id: 'js-correction',
  });
  assert.equal(corrected.person.status.dues_paid_until_month, '');
  const recorded = corrected.person.corrections.at(-1);
  assert.equal(recorded.subject, 'dues');
  assert.ok(recorded.withdrawn);
  assert.deepEqual(recorded.fields.map(({ was }) => was), ['"2026-10"']);
  await refused(status.ABORTED, 'ETAG_STALE', facts, 'CorrectDuesPaid', {
    name,
    etag: paid.person.etag,
    paid_until_month: '2026-09',
    correction: { reason: '录错' },
    request_id: 'js-correction-2',
  });
}

const step = (etag, number, detail) => ({
  name: CASE,
  etag,
  step: { reference: `材料${number}`, ...detail },
  request_id: `js-step-${number}`,
});

// From the application to a contact; then too early, which the rule's article refuses.
async function walksSteps() {
  const steps = [
    { date: daysAgo(60), application: {} },
    { date: daysAgo(50), talk: { talker: 'persons/js-0' } },
    { date: daysAgo(40), activist_determination: { recommended_by_members: true } },
    { date: daysAgo(35), activist_filing: {} },
    { date: daysAgo(30), contact_assignment: { contacts: ['persons/js-0', 'persons/js-1'] } },
  ];
  let answer = { etag: '' };
  let stale;
  for (const [number, detail] of steps.entries()) {
    stale = answer.etag;
    answer = await call(membership, 'RecordStep', step(stale, number, detail));
  }
  assert.equal(answer.stage, 'STAGE_ACTIVIST');

  const early = step(answer.etag, 90, { date: daysAgo(1), object_determination: {} });
  const details =
    await refused(status.FAILED_PRECONDITION, null, membership, 'RecordStep', early);
  const unmet = details['google.rpc.PreconditionFailure'].violations.map(({ type }) => type);
  assert.ok(unmet.includes('ACTIVIST_PERIOD_TOO_SHORT'), `${unmet}`);
  const { citation } = details['zhibu.type.v1.Findings'].findings.find(
    ({ reason }) => reason === 'ACTIVIST_PERIOD_TOO_SHORT');
  assert.ok(citation.document && citation.article);

  await refused(status.ABORTED, 'ETAG_STALE', membership, 'RecordStep',
                step(stale, 91, { date: daysAgo(1), cultivation_inspection: {} }));
  const shown = await call(membership, 'GetCase', { name: CASE });
  assert.equal(shown.development_case.steps.length, steps.length);
}

// Pages of a list are the list, in its order, without gaps or repetition.
async function pages() {
  const names = async (pageSize) => {
    const listed = [];
    let page = { next_page_token: '' };
    do {
      page = await call(membership, 'ListPersons',
                        { root: ROOT, line: 'LINE_EITHER', page_size: pageSize,
                          page_token: page.next_page_token });
      assert.ok(page.persons.length <= pageSize);
      listed.push(...page.persons.map(({ name }) => name));
    } while (page.next_page_token);
    return listed;
  };
  const byHundreds = await names(100);
  assert.ok(byHundreds.length > 1000);
  assert.equal(new Set(byHundreds).size, byHundreds.length);
  assert.deepEqual(await names(1000), byHundreds);
}

// The hash chain of a feed, from its first record on.
class Chain {
  constructor() {
    this.revision = 0;
    this.hash = Buffer.alloc(32);
    this.requestIds = [];
  }

  add(record) {
    const content = types.lookupType('zhibu.feed.v1.Content').decode(record.content);
    assert.equal(Number(record.revision), this.revision + 1);
    assert.equal(Number(content.revision), this.revision + 1);
    assert.ok(record.previous_hash.equals(this.hash));
    const hash =
      crypto.createHash('sha256').update(record.previous_hash).update(record.content).digest();
    assert.ok(record.hash.equals(hash));
    this.revision += 1;
    this.hash = hash;
    this.requestIds.push(content.request_id);
  }
}

// Reads on from where the chain is, until the feed's end or until `enough` of the chain.
function readOn(feed, chain, enough) {
  return new Promise((resolve, reject) => {
    const stream = feed.Watch(
      { after_revision: chain.revision, stop_at_head: !enough }, owner, deadline());
    let left = false;
    stream.on('data', (answer) => {
      try {
        if (!left) answer.records.forEach((record) => chain.add(record));
      } catch (error) {
        reject(error);
      }
      if (enough && !left && enough(chain)) {
        left = true;
        stream.cancel();
      }
    });
    stream.on('error', (error) => {
      if (left && error.code === status.CANCELLED) resolve();
      else reject(error);
    });
    stream.on('end', resolve);
  });
}

// Reads a feed, breaks off, and goes on where it was.
async function verifies(feed, requestId) {
  const chain = new Chain();
  await readOn(feed, chain, ({ revision }) => revision > 0);
  await readOn(feed, chain);
  assert.equal(chain.requestIds.filter((id) => id === requestId).length, 1);
  const head = await call(feed, 'GetHead', {});
  assert.equal(Number(head.revision), chain.revision);
  assert.ok(head.hash.equals(chain.hash));
  const beyond = Object.assign(new Chain(), { revision: chain.revision + 1 });
  await assert.rejects(readOn(feed, beyond), (error) =>
    error.code === status.OUT_OF_RANGE &&
    detailsOf(error)['google.rpc.ErrorInfo'].reason === 'AFTER_HEAD');
  return chain;
}

async function waitsForNews(chain) {
  const news = readOn(membershipFeed, chain, ({ requestIds }) => requestIds.includes('js-4'));
  await call(membership, 'CreatePerson', newPerson(4));
  await news;
}

async function main() {
  await authenticates();
  const registryRevision = await writesOnce();
  await findsWhatEnded();
  await registersPeople(registryRevision);
  await searchesPeople();
  await correctsDues();
  await walksSteps();
  await pages();
  await verifies(registryFeed, 'js-branch');
  await waitsForNews(await verifies(membershipFeed, 'js-step-4'));
  console.log('client.js: all as promised');
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
