// An OpenID provider of the tests: `node server.mjs FOLDER_OF_MODULES PORT REDIRECT_URI`.
// Whoever names an account is signed in as it: the provider's own password page is not under test.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [, , modules, port, redirect] = process.argv;
const resolved = createRequire(`${modules}/`).resolve('oidc-provider');
const { Provider } = await import(pathToFileURL(resolved));

const issuer = `http://127.0.0.1:${port}`;
const resource = 'https://inventory.example';
const provider = new Provider(issuer, {
  clients: [
    { client_id: 'billing-app', client_secret: 'a secret of the tests', redirect_uris: [],
      response_types: [], grant_types: ['client_credentials'] },
    { client_id: 'stranger-app', client_secret: 'a secret of the tests', redirect_uris: [],
      response_types: [], grant_types: ['client_credentials'] },
    { client_id: 'console', client_secret: 'a secret of the tests', redirect_uris: [redirect],
      response_types: ['code'], grant_types: ['authorization_code'] },
  ],
  pkce: { required: () => true },
  scopes: ['openid', 'dpv:testing'],
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  cookies: { keys: ['a key of the tests'] },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: true },
    dPoP: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => resource,
      getResourceServerInfo: () => ({
        scope: 'dpv:testing', audience: resource, accessTokenTTL: 300, accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
});
provider.listen(Number(port), '127.0.0.1', () => console.log(`ready ${issuer}`));
