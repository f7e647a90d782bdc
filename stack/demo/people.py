"""The people of the demo: each signs up or in through the graph as anybody would."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from stack.demo.graph import Graph
from stack.demo.show import Show
from stack.people import DEMO_PASSWORD

SIGN_UP = """
mutation SignUp($email: String!, $password: String!, $name: String!) {
  signUp(input: { email: $email, password: $password, displayName: $name }) { accessToken user { id } }
}"""
SIGN_IN = """
mutation SignIn($email: String!, $password: String!) {
  signIn(input: { email: $email, password: $password }) { accessToken user { id } }
}"""
AT_ONCE = 8
"""What a password costs takes the processors, not waiting: more at once only wait for each other."""


@dataclass(frozen=True)
class Person:
    id: str
    name: str
    graph: Graph
    token: str


async def sign_in(graph: Graph, email: str, path: str | None = None) -> Person:
    session = (await graph.ask(SIGN_IN, email=email, password=DEMO_PASSWORD))["signIn"]
    token = session["accessToken"]
    return Person(session["user"]["id"], email.partition("@")[0], graph.as_person(token, path), token)


async def sign_up_crowd(graphs: Sequence[Graph], show: Show, count: int, run: str) -> list[Person]:
    """So many new guests, spread over the graphs; `run` keeps their e-mails apart from those of earlier demos."""
    room = asyncio.Semaphore(AT_ONCE)
    with show.progress() as progress:
        task = progress.add_task(f"{count:,} guests sign up", total=count)

        async def sign_up(number: int) -> Person:
            name, graph = f"Guest {number}", graphs[number % len(graphs)]
            async with room:
                email = f"guest-{run}-{number}@overthere.example"
                session = (await graph.ask(SIGN_UP, email=email, password=DEMO_PASSWORD, name=name))["signUp"]
            progress.advance(task)
            token = session["accessToken"]
            return Person(session["user"]["id"], name, graph.as_person(token), token)

        return await asyncio.gather(*(sign_up(number) for number in range(1, count + 1)))
