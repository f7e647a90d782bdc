"""Scene: a guest looks for a place to stay."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from stack.demo.graph import Graph
from stack.demo.show import Show

SEARCH = """
query Search($text: String, $stay: StayInput!, $from: Date!, $to: Date!) {
  accommodations(filter: { text: $text }, stay: $stay, orderBy: PRICE_ASC, first: 50) {
    totalCount
    nodes {
      id name host { displayName } address { region } lowestPrice(stay: $stay) { amount currency }
      roomTypes {
        id name maxGuests
        quote(stay: $stay) { available total { amount currency } }
        calendar(from: $from, to: $to) { roomsLeft }
      }
    }
  }
}"""


@dataclass(frozen=True)
class Offer:
    """A room type that can be had for all nights, and what the guest was shown."""

    room_type_id: str
    place: str
    total: Decimal
    rooms_left: int
    stay: dict[str, Any]


async def search_places(graph: Graph, show: Show, check_in: date, check_out: date) -> Offer:
    stay = {"checkIn": str(check_in), "checkOut": str(check_out), "guests": 2}
    asked = {"stay": stay, "from": stay["checkIn"], "to": stay["checkOut"]}
    found = (await graph.ask(SEARCH, **asked))["accommodations"]
    show.say(f"{found['totalCount']:,} places can take two guests from {check_in} to {check_out}; the cheapest:")
    rows = [(each["name"], each["address"]["region"], price_of(each["lowestPrice"])) for each in found["nodes"][:5]]
    show.table("place", "district", "a night", rows=rows)
    misspelled = (await graph.ask(SEARCH, text="apartmant", **asked))["accommodations"]
    show.say(f'"apartmant", misspelled, still finds {misspelled["totalCount"]:,} of them')
    offers = [_offer(place, room, stay) for place in found["nodes"] for room in place["roomTypes"]]
    free = [offer for offer in offers if offer]
    hosts = {place["host"]["displayName"] for place in found["nodes"]}
    show.say(
        f"offered by {', '.join(sorted(hosts))}: a name that account knows, beside a place that accommodation knows"
    )
    show.must(len(free) == len(offers), "what the search shows is free, by the quote of its room type")
    last_rooms = [offer for offer in free if offer.rooms_left == 1]
    show.must(last_rooms != [], "one of the fifty cheapest has one room left: that one it shall be")
    show.say(f"it is {last_rooms[0].place}")
    return last_rooms[0]


def price_of(money: dict[str, Any]) -> str:
    return f"{Decimal(money['amount']):,} {money['currency']}"


def _offer(place: dict[str, Any], room: dict[str, Any], stay: dict[str, Any]) -> Offer | None:
    if not room["quote"]["available"]:
        return None
    rooms_left = min(night["roomsLeft"] for night in room["calendar"])
    return Offer(room["id"], place["name"], Decimal(room["quote"]["total"]["amount"]), rooms_left, stay)
