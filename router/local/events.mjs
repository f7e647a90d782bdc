/** Subscriptions that several subgraphs answer: each event is completed as if it were the first. */
import { withoutUnknown } from './unknown.mjs';

/**
 * Subscribes once, and has each event stitched in a context of its own.
 *
 * Stitching remembers in the context what subgraphs said of an entity. One context for a whole subscription would
 * keep saying what was so at its first event.
 */
export async function subscribeAfresh(subscribe, args) {
  const { caller } = args.contextValue;
  let source;
  const open = (...subscription) => (source = caller.sockets.subscribe(...subscription));
  const opened = await subscribe(inContextOfItsOwn(args, open));
  if (!isAsyncIterable(opened)) return opened;
  return completed(source, (event) => subscribe(inContextOfItsOwn(args, () => only(event))));
}

/** Only `subscribe` is asked of a caller's sockets. */
function inContextOfItsOwn(args, subscribe) {
  const { contextValue } = args;
  const caller = { headers: contextValue.caller.headers, sockets: { subscribe } };
  return { ...args, contextValue: { ...contextValue, caller } };
}

/** Not a generator: its `return` would wait for the next event of a subscription that may have none. */
function completed(source, complete) {
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      const { value, done } = await source.next();
      return { value: done ? value : await firstOf(await complete(value)), done };
    },
    return: (value) => source.return(value),
    throw: (error) => source.throw(error),
  };
}

async function firstOf(results) {
  if (!isAsyncIterable(results)) return results;
  const { value } = await results[Symbol.asyncIterator]().next();
  return withoutUnknown(value);
}

async function* only(event) {
  yield event;
}

function isAsyncIterable(value) {
  return typeof value?.[Symbol.asyncIterator] === 'function';
}
