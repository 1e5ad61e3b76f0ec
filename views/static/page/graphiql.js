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

  const ask = async (asked, options) => {
    const answer = await fetch(place.dataset.endpoint, {
      method: "POST",
      // Cookies say nothing there; not to send them is plainer still.
      credentials: "omit",
      headers: {
        accept: "application/graphql-response+json, application/json",
        "accept-language": place.dataset.language,
        "content-type": "application/json",
        ...options?.headers,
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
    shouldPersistHeaders: false,
    storage: { length: 0, getItem: () => null, setItem() {}, removeItem() {}, clear() {} },
  });
  ReactDOM.createRoot(place).render(editor);
})();
