// An OpenID provider on this machine, for the time of a test: `node provider.js PORT CALLBACK SECRET`.
// It believes every address that is typed, and says so with "ready".
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const [port, callback, secret] = process.argv.slice(2);
const form = `<!doctype html><title>Provider</title>
<form method="post"><label>Address <input name="address"></label><button>Go on</button></form>`;

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: "heart",
      client_secret: secret,
      redirect_uris: [callback],
      post_logout_redirect_uris: [callback],
    },
  ],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  conformIdTokenClaims: false, // the address is in the ID token, where Streamlit looks for it
  cookies: { keys: [secret] },
  features: {
    devInteractions: { enabled: false },
    rpInitiatedLogout: {
      // the page of its own loads a font from elsewhere
      logoutSource: (context, hidden) => {
        context.body = `<!doctype html><title>Provider</title>${hidden}
<button form="op.logoutForm" name="logout" value="yes">Yes</button>`;
      },
    },
  },
  interactions: { url: () => "/who" },
  pkce: { required: () => true },
  findAccount: (_, address) => ({
    accountId: address,
    claims: () => ({ sub: address, email: address, email_verified: true }),
  }),
  // whoever has typed an address has agreed to everything
  loadExistingGrant: async ({ oidc }) => {
    const grant = new oidc.provider.Grant({
      clientId: oidc.client.clientId,
      accountId: oidc.session.accountId,
    });
    grant.addOIDCScope("openid email profile");
    await grant.save();
    return grant;
  },
});

const answer = provider.callback();
const server = createServer(async (request, response) => {
  if (request.url !== "/who") return answer(request, response);
  if (request.method === "GET") {
    return response.setHeader("content-type", "text/html").end(form);
  }
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const accountId = new URLSearchParams(Buffer.concat(pieces).toString()).get("address");
  await provider.interactionFinished(request, response, { login: { accountId } });
});
server.listen(Number(port), "127.0.0.1", () => console.log("ready"));
