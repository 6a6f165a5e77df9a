// Faults planted into a manifest that has none, one at a time; each must be found and named.
'use strict';
const yaml = require('js-yaml');

const find = (objects, kind, name) => objects.find((object) => object.kind === kind &&
  object.metadata.name === name);
const pod = (objects) => find(objects, 'StatefulSet', 'zhibu-registry').spec.template.spec;
const container = (objects) => pod(objects).containers[0];
const policy = (objects, name) => find(objects, 'NetworkPolicy', name).spec;

// [the fault, how it is planted, what must be said]
const PLANTS = [
  ['typo in a field', (o) => { container(o).livenesProbe = {}; }, 'no field "livenesProbe"'],
  ['typo deep in a field', (o) => { container(o).readinessProbe.grpc.prot = 1; }, 'no field "prot"'],
  ['word for a number', (o) => { find(o, 'StatefulSet', 'zhibu-activity').spec.replicas = 'one'; },
    '/spec/replicas must be integer'],
  ['null', (o) => { container(o).command = null; }, '/command must be array'],
  ['required field missing', (o) => { delete container(o).readinessProbe.grpc.port; },
    "must have required property 'port'"],
  ['quantity', (o) => { container(o).resources.limits.memory = '1 GB'; }, '/memory must match'],
  ['beta API', (o) => { find(o, 'NetworkPolicy', 'clients').apiVersion = 'networking.k8s.io/v1beta1'; },
    'not on the list'],
  ['unknown kind', (o) => { o.push({apiVersion: 'v1', kind: 'Endpoints', metadata: {name: 'x'}}); },
    'not on the list'],
  ['no readiness probe', (o) => { delete container(o).readinessProbe; }, 'no gRPC readinessProbe'],
  ['no liveness probe', (o) => { delete container(o).livenessProbe; }, 'no gRPC livenessProbe'],
  ['liveness asks for readiness', (o) => { container(o).livenessProbe.grpc.service = ''; },
    'livenessProbe that asks for ""'],
  ['probe on another port', (o) => { container(o).readinessProbe.grpc.port = 7499; }, 'port 7499'],
  ['no limits', (o) => { delete container(o).resources.limits; }, 'no limits of memory'],
  ['no requests', (o) => { delete container(o).resources.requests.cpu; }, 'no requests of cpu'],
  ['root', (o) => { pod(o).securityContext.runAsUser = 0; }, 'user other than root'],
  ['may be root', (o) => { delete pod(o).securityContext.runAsNonRoot; }, 'runAsNonRoot'],
  ['container is root', (o) => { container(o).securityContext.runAsUser = 0; }, 'runs as root'],
  ['no seccomp', (o) => { delete pod(o).securityContext.seccompProfile; }, 'seccomp'],
  ['writable root', (o) => { delete container(o).securityContext.readOnlyRootFilesystem; },
    'root file system that can be written'],
  ['capabilities', (o) => { container(o).securityContext.capabilities.drop = ['NET_RAW']; },
    'does not drop all'],
  ['capability added', (o) => { container(o).securityContext.capabilities.add = ['SYS_ADMIN']; },
    'adds capabilities'],
  ['privileged', (o) => { container(o).securityContext.privileged = true; }, 'is privileged'],
  ['escalation', (o) => { delete container(o).securityContext.allowPrivilegeEscalation; },
    'privilege escalation'],
  ['account token', (o) => { delete pod(o).automountServiceAccountToken; }, 'account token'],
  ['host network', (o) => { pod(o).hostNetwork = true; }, 'hostNetwork'],
  ['host path', (o) => { pod(o).volumes.push({name: 'x', hostPath: {path: '/etc'}}); }, "node's /etc"],
  ['latest', (o) => { container(o).image = 'zhibu:latest'; }, 'names no version'],
  ['no tag', (o) => { container(o).image = 'registry.example:5000/zhibu'; }, 'names no version'],
  ['object twice', (o) => { o.push(find(o, 'Service', 'zhibu-registry')); }, 'is there twice'],
  ['secret missing', (o) => { o.splice(o.findIndex((x) => x.kind === 'Secret'), 1); },
    'mounts the Secret'],
  ['volume missing', (o) => { pod(o).volumes = []; }, 'mounts principals, which is not there'],
  ['service missing', (o) => { o.splice(o.indexOf(find(o, 'Service', 'zhibu-activity')), 1); },
    'names the Service zhibu-activity'],
  ['service with an address', (o) => { delete find(o, 'Service', 'zhibu-activity').spec.clusterIP; },
    'not headless'],
  ['service selects nothing', (o) => {
    find(o, 'Service', 'zhibu-activity').spec.selector = {a: 'b'};
  }, 'selects none'],
  ['no volume', (o) => { delete find(o, 'StatefulSet', 'zhibu-activity').spec.volumeClaimTemplates;
    find(o, 'StatefulSet', 'zhibu-activity').spec.template.spec.containers[0].volumeMounts = []; },
  'keeps nothing'],
  ['no default deny', (o) => { o.splice(o.indexOf(find(o, 'NetworkPolicy', 'default-deny')), 1); },
    'denies everything by default'],
  ['default deny on one side', (o) => { policy(o, 'default-deny').policyTypes = ['Ingress']; },
    'denies everything by default'],
  ['flow missing', (o) => { policy(o, 'zhibu-registry').ingress[0].from.pop(); },
    'no ingress rule lets through zhibu-reporting → zhibu-registry:7401'],
  ['egress missing', (o) => { policy(o, 'zhibu-reporting').egress.pop(); },
    'no egress rule lets through zhibu-reporting → zhibu-activity:7403'],
  ['flow too many', (o) => { policy(o, 'zhibu-reporting').egress.push({
    to: [{podSelector: {}}], ports: [{port: 443}]}); }, 'any pod:443 in vain'],
  ['open to all', (o) => { delete policy(o, 'zhibu-registry').ingress[0].from; }, 'any pod → zhibu-registry'],
  ['new dependency', (o) => { container(o).args.push('--reporting=zhibu-reporting:7404'); },
    'no egress rule lets through zhibu-registry → zhibu-reporting:7404'],
];

function run(check, text) {
  let failed = 0;
  const expect = (name, faults, words) => {
    const found = words === null ? faults.length === 0 : faults.some((f) => f.includes(words));
    if (!found) {
      ++failed;
      console.log(`  FAILED ${name}: expected ${words}, got ${JSON.stringify(faults)}`);
    }
  };
  expect('nothing planted', check(text), null);
  expect('field twice', check(text.replace(/^kind: .*$/m, '$&\n$&')), 'duplicated mapping key');
  expect('nothing at all', check('---\n'), 'there is no object');
  for (const [name, plant, words] of PLANTS) {
    const objects = yaml.loadAll(text).filter((object) => object);
    plant(objects);
    // Without anchors: two places of one object must be two texts.
    expect(name, check(objects.map((o) => yaml.dump(o, {noRefs: true})).join('---\n')), words);
  }
  const total = PLANTS.length + 3;
  console.log(`${total - failed} passed, ${failed} failed`);
  return failed === 0;
}

module.exports = {run};
