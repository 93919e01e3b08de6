// A provider on loopback for the portal and for public clients of the command line. Anybody signs in by name alone; what
// is known of people comes in ACCOUNTS. Prints its issuer once it listens. CLAIMS=userinfo keeps names out of ID tokens,
// as the standard does. Public clients get access tokens as JWTs for the resource `keydesk`. `hasty-cli` has codes that
// last for a second, `browser-cli` cannot use device codes, and `other-cli` belongs to another service.
// PUT /accounts/<subject> changes what is known of a person, and DELETE removes them.
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const { PORT, PORTAL, ACCOUNTS, CLIENT_SECRET, CLAIMS } = process.env;
const issuer = `http://127.0.0.1:${PORT}`;
const accounts = JSON.parse(ACCOUNTS);

const DEVICE = "urn:ietf:params:oauth:grant-type:device_code";
const CLI_REDIRECT = `http://127.0.0.1/callback/${new URL(PORTAL).host.replace(":", "-")}`;
const PUBLIC = { "keydesk-cli": [DEVICE], "hasty-cli": [DEVICE], "other-cli": [DEVICE], "browser-cli": [] };
const publicClient = ([client_id, grants]) => ({
  client_id,
  application_type: "native",
  token_endpoint_auth_method: "none",
  grant_types: ["authorization_code", "refresh_token", ...grants],
  redirect_uris: [CLI_REDIRECT],
});
const seconds = (usual) => (_ctx, _token, client) => (client.clientId === "hasty-cli" ? 1 : usual);

const provider = new Provider(issuer, {
  clients: [{
    client_id: "keydesk",
    client_secret: CLIENT_SECRET,
    grant_types: ["authorization_code", "refresh_token"],
    redirect_uris: [`${PORTAL}/sign-in/callback`],
    post_logout_redirect_uris: [`${PORTAL}/signed-out`],
    backchannel_logout_uri: `${PORTAL}/sign-in/back-channel-logout`,
    backchannel_logout_session_required: true,
  }, ...Object.entries(PUBLIC).map(publicClient)],
  claims: { openid: ["sub"], profile: ["name", "preferred_username", "groups"], email: ["email", "email_verified"] },
  conformIdTokenClaims: CLAIMS === "userinfo",
  cookies: { keys: ["only for tests"] },
  extraTokenClaims: (_, token) => accounts[token.accountId] ?? {},
  features: {
    backchannelLogout: { enabled: true },
    deviceFlow: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: (_, client) => (client.clientId in PUBLIC ? "urn:keydesk" : undefined),
      getResourceServerInfo: () => ({ scope: "", audience: "keydesk", accessTokenFormat: "jwt" }),
      useGrantedResource: () => true,
    },
    revocation: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  issueRefreshToken: () => true,
  ttl: { AccessToken: 600, AuthorizationCode: seconds(60), DeviceCode: seconds(600) },
  pkce: { required: () => true },
  // Its own dispatcher calls no loopback addresses, and the portal is at one.
  fetch: (url, { dispatcher: _, ...options }) => fetch(url, options),
  findAccount: (_, sub) => (accounts[sub] === null ? undefined : { accountId: sub, claims: () => ({ sub, ...accounts[sub] }) }),
  loadExistingGrant: async (ctx) => {
    const grant = new provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope("openid profile email offline_access");
    await grant.save();
    return grant;
  },
});

const form = `<!doctype html><html lang="en"><title>Provider</title><h1>Sign in at the provider</h1>
<form method="post"><label>Name <input name="login" autofocus></label> <button name="go" value="in">Sign in</button>
<button name="go" value="no">Cancel</button></form>`;

async function interaction(request, response) {
  if (request.method === "GET") {
    response.setHeader("content-type", "text/html").end(form);
    return;
  }
  let body = "";
  for await (const part of request) body += part;
  const sent = new URLSearchParams(body);
  const result = sent.get("go") === "in"
    ? { login: { accountId: sent.get("login") }, consent: {} }
    : { error: "access_denied", error_description: "cancelled" };
  try {
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  } catch (error) { // such as the interaction of another browser
    response.writeHead(400).end(error.message);
  }
}

async function change(request, response) {
  let body = "";
  for await (const part of request) body += part;
  accounts[request.url.split("/")[2]] = request.method === "PUT" ? JSON.parse(body) : null;
  response.end();
}

const answer = provider.callback();
const routes = { interaction, accounts: change };
createServer((request, response) => (routes[request.url.split("/")[1]] ?? answer)(request, response)).listen(Number(PORT), "127.0.0.1", () => console.log(issuer));
