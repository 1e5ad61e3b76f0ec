// GraphiQL on our own endpoint. The token is typed into the headers, and kept nowhere.
(() => {
  "use strict";

  const place = document.getElementById("graphiql");
  const EXAMPLE = `# Type your token into "Headers" below, then press the play button.
{
  loans(first: 5, orderBy: { overdueSince: ASC }) {
    nodes {
      id
      number
      daysPastDue
      overdue {
        amount
        currency
      }
    }
  }
}
`;

  const SETTLED_MS = 400;
  const TOKEN = /"authorization"\s*:\s*"bearer\s+[^\s"]+"/i;
  let typing = 0;
  let begin;

  // The schema is asked for when there is a token to ask with: until then it would only be refused.
  const typed = new Promise(resolve => { begin = resolve; });
  const hear = headers => {
    clearTimeout(typing);
    typing = setTimeout(() => {
      // What is still being typed is no JSON yet.
      try {
        if (TOKEN.test(headers)) begin(JSON.parse(headers));
      } catch {}
    }, SETTLED_MS);
  };

  const ask = async (asked, options) => {
    const headers = options?.headers ?? {};
    const isSchema = asked.operationName === "IntrospectionQuery";
    return send(asked, isSchema && !TOKEN.test(JSON.stringify(headers)) ? await typed : headers);
  };

  const send = async (asked, headers) => {
    const answer = await fetch(place.dataset.endpoint, {
      method: "POST",
      // Cookies say nothing there; not to send them is plainer still.
      credentials: "omit",
      headers: {
        accept: "application/graphql-response+json, application/json",
        "accept-language": place.dataset.language,
        "content-type": "application/json",
        ...headers,
      },
      body: JSON.stringify(asked),
    });
    return answer.json();
  };

  const editor = React.createElement(GraphiQL, {
    fetcher: ask,
    defaultQuery: EXAMPLE,
    defaultHeaders: '{\n  "Authorization": "Bearer "\n}\n',
    defaultEditorToolsVisibility: "headers",
    onEditHeaders: hear,
    shouldPersistHeaders: false,
    storage: { length: 0, getItem: () => null, setItem() {}, removeItem() {}, clear() {} },
  });
  ReactDOM.createRoot(place).render(editor);
})();
