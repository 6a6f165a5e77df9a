// What a manifest of the suite must say beyond having the right shape. Each policy gets all objects
// and gives its faults as sentences.
'use strict';

const label = (object) => `${object.kind} ${object.metadata.name}`;
const NAME = 'app.kubernetes.io/name';

// Every pod there will be: [what makes it, its spec, its labels].
function pods(objects) {
  return objects.flatMap((object) => {
    if (object.kind === 'Pod') return [[object, object.spec, object.metadata.labels || {}]];
    const template = object.spec && object.spec.template;
    return template ? [[object, template.spec, template.metadata.labels || {}]] : [];
  });
}

function* podFaults(spec) {
  const security = spec.securityContext || {};
  if (security.runAsNonRoot !== true) yield 'does not set runAsNonRoot';
  if (!(security.runAsUser > 0)) yield 'does not name a user other than root';
  if ((security.seccompProfile || {}).type !== 'RuntimeDefault') {
    yield 'does not use the seccomp profile RuntimeDefault';
  }
  if (spec.automountServiceAccountToken !== false) yield 'mounts a service account token';
  for (const field of ['hostNetwork', 'hostPID', 'hostIPC']) if (spec[field]) yield `sets ${field}`;
  for (const volume of spec.volumes || []) {
    if (volume.hostPath) yield `mounts the node's ${volume.hostPath.path}`;
  }
}

function* containerFaults(container, serves) {
  const tag = /:([^:/@]+)$/.exec(container.image || '');
  if (!/@sha256:/.test(container.image || '') && (!tag || tag[1] === 'latest')) {
    yield `has the image "${container.image}", which names no version`;
  }
  const security = container.securityContext || {};
  if (security.privileged) yield 'is privileged';
  if (security.allowPrivilegeEscalation !== false) yield 'allows privilege escalation';
  if (security.readOnlyRootFilesystem !== true) yield 'has a root file system that can be written';
  if (security.runAsUser === 0 || security.runAsNonRoot === false) yield 'runs as root';
  const capabilities = security.capabilities || {};
  if (!(capabilities.drop || []).includes('ALL')) yield 'does not drop all capabilities';
  if ((capabilities.add || []).length > 0) yield 'adds capabilities';
  for (const side of ['requests', 'limits']) {
    for (const resource of ['cpu', 'memory']) {
      if (!((container.resources || {})[side] || {})[resource]) yield `has no ${side} of ${resource}`;
    }
  }
  if (!serves) return;
  const ports = (container.ports || []).map((port) => port.containerPort);
  for (const [probe, service] of [['readinessProbe', ''], ['livenessProbe', 'live']]) {
    const grpc = (container[probe] || {}).grpc;
    if (!grpc) {
      yield `has no gRPC ${probe}`;
    } else {
      if ((grpc.service || '') !== service) yield `has a ${probe} that asks for "${grpc.service}"`;
      if (!ports.includes(grpc.port)) yield `has a ${probe} on port ${grpc.port}, where it serves not`;
    }
  }
}

function* restricted(objects) {
  for (const [owner, spec] of pods(objects)) {
    for (const fault of podFaults(spec)) yield `${label(owner)} ${fault}`;
    for (const container of [...(spec.initContainers || []), ...spec.containers]) {
      const serves = owner.kind === 'StatefulSet' && spec.containers.includes(container);
      for (const fault of containerFaults(container, serves)) {
        yield `${label(owner)}: container ${container.name} ${fault}`;
      }
    }
  }
}

// Two objects of one name, and names that lead nowhere.
function* references(objects, {complete}) {
  const seen = new Set();
  for (const object of objects) {
    const name = `${object.kind} ${object.metadata.namespace || ''}/${object.metadata.name}`;
    if (seen.has(name)) yield `${label(object)} is there twice`;
    seen.add(name);
  }
  const has = (kind, name, namespace) => seen.has(`${kind} ${namespace || ''}/${name}`);
  for (const [owner, spec] of pods(objects)) {
    const namespace = owner.metadata.namespace;
    const account = spec.serviceAccountName;
    if (account && !has('ServiceAccount', account, namespace)) {
      yield `${label(owner)} uses the service account ${account}, which is not there`;
    }
    const volumes = (spec.volumes || []).map((volume) => volume.name);
    const claims = ((owner.spec.volumeClaimTemplates) || []).map((claim) => claim.metadata.name);
    for (const container of spec.containers) {
      for (const mount of container.volumeMounts || []) {
        if (![...volumes, ...claims].includes(mount.name)) {
          yield `${label(owner)} mounts ${mount.name}, which is not there`;
        }
      }
    }
    for (const volume of complete ? spec.volumes || [] : []) {
      const config = volume.configMap && volume.configMap.name;
      const secret = volume.secret && volume.secret.secretName;
      if (config && !has('ConfigMap', config, namespace)) {
        yield `${label(owner)} mounts the ConfigMap ${config}, which is not there`;
      }
      if (secret && !has('Secret', secret, namespace)) {
        yield `${label(owner)} mounts the Secret ${secret}, which is not there`;
      }
    }
  }
  for (const set of objects.filter((object) => object.kind === 'StatefulSet')) {
    const service = objects.find((object) => object.kind === 'Service' &&
      object.metadata.name === set.spec.serviceName);
    const labels = set.spec.template.metadata.labels || {};
    const selects = (selector) => Object.entries(selector || {'': ''})
      .every(([key, value]) => labels[key] === value);
    if (!service) yield `${label(set)} names the Service ${set.spec.serviceName}, which is not there`;
    else if (service.spec.clusterIP !== 'None') yield `${label(service)} is not headless`;
    else if (!selects(service.spec.selector)) yield `${label(service)} selects none of its pods`;
    if (!selects(set.spec.selector.matchLabels)) yield `${label(set)} does not select its own pods`;
    if (!(set.spec.volumeClaimTemplates || []).length) yield `${label(set)} keeps nothing`;
  }
}

// The network lets through what the services' flags say they need, and nothing else.
function* flows(objects) {
  const policies = objects.filter((object) => object.kind === 'NetworkPolicy');
  const denies = policies.some(({spec}) => Object.keys(spec.podSelector).length === 0 &&
    ['Ingress', 'Egress'].every((type) => (spec.policyTypes || []).includes(type)) &&
    !spec.ingress && !spec.egress);
  if (!denies) yield 'no NetworkPolicy denies everything by default';

  const needed = new Set();
  for (const [owner, spec] of pods(objects)) {
    if (owner.kind !== 'StatefulSet') continue;
    const port = spec.containers[0].ports[0].containerPort;
    needed.add(`client → ${owner.metadata.name}:${port}`);
    for (const argument of spec.containers[0].args || []) {
      const target = /^--\w+=(zhibu-\w+:\d+)$/.exec(argument);
      if (target) needed.add(`${owner.metadata.name} → ${target[1]}`);
    }
  }
  const who = (selector) => {
    const labels = (selector || {}).matchLabels || {};
    return labels[NAME] || (labels['zhibu.io/client'] === 'true' ? 'client' : 'any pod');
  };
  const allowed = {ingress: new Set(), egress: new Set()};
  for (const {spec} of policies) {
    for (const [side, peers] of [['ingress', 'from'], ['egress', 'to']]) {
      for (const rule of spec[side] || []) {
        const ports = (rule.ports || [{port: 'any port'}]).map((port) => port.port);
        if (ports.every((port) => port === 53)) continue;  // name service
        for (const peer of rule[peers] || [{}]) {
          const self = who(spec.podSelector);
          const other = peer.podSelector && !peer.namespaceSelector ? who(peer.podSelector) :
            'any pod';
          for (const port of ports) {
            allowed[side].add(side === 'ingress' ? `${other} → ${self}:${port}` :
              `${self} → ${other}:${port}`);
          }
        }
      }
    }
  }
  for (const [side, set] of Object.entries(allowed)) {
    for (const flow of needed) if (!set.has(flow)) yield `no ${side} rule lets through ${flow}`;
    for (const flow of set) if (!needed.has(flow)) yield `an ${side} rule lets through ${flow} in vain`;
  }
}

// All faults. `complete`: the objects are a whole site, so that every name must lead somewhere.
function faults(objects, complete) {
  return [...restricted(objects), ...references(objects, {complete}), ...flows(objects)];
}

module.exports = {faults};
