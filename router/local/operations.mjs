/** How operations are read, judged and run. One that a single subgraph can answer goes to it as it came. */
import { getOperationAST, NoSchemaIntrospectionCustomRule, validate } from 'graphql';
import { subscribeAfresh } from './events.mjs';
import { run } from './graph.mjs';
import { parserWithin } from './limits.mjs';
import { withoutUnknown } from './unknown.mjs';

/** The steps of an operation as a plugin, for HTTP and WebSocket alike. */
export function operations(graph, { limits, graphiql }) {
  const parse = parserWithin(limits);
  const runAs = (args) => {
    const subgraph = graph.answeredBy(args.document);
    if (!subgraph) return undefined;
    const { operation } = getOperationAST(args.document, args.operationName);
    return () => run(subgraph, requestOf(args, operation));
  };
  return {
    onParse: ({ setParseFn }) => setParseFn(parse),
    onValidate({ addValidationRule, setValidationFn }) {
      if (graphiql) return;
      addValidationRule(NoSchemaIntrospectionCustomRule);
      setValidationFn((schema, document, rules) => validate(schema, document, rules, { hideSuggestions: true }));
    },
    onExecute({ args, executeFn, setExecuteFn }) {
      setExecuteFn(runAs(args) ?? (async (asked) => withoutUnknown(await executeFn(asked))));
    },
    onSubscribe({ args, subscribeFn, setSubscribeFn }) {
      setSubscribeFn(runAs(args) ?? ((asked) => subscribeAfresh(subscribeFn, asked)));
    },
  };
}

function requestOf({ document, variableValues, operationName, contextValue }, operationType) {
  return { document, variables: variableValues, operationName, operationType, context: contextValue };
}
