"""Writing and parsing fault settings; which calls a fault triggers on, and how long it lasts."""

import asyncio
import re
from itertools import pairwise

import pytest
from entity_connections.fake.faults.active_faults import ActiveFaults
from entity_connections.fake.faults.catalogue import CALLS, FAULTS, WITH_RETRY_AFTER, parse_fault
from entity_connections.walkthrough.virtual_time import virtual_time
from hypothesis import given
from hypothesis import strategies as st

from tests.fake.conftest import Open

CALLED = {
    "GET": ("GET", "/v1/users/x/accessible-entities"),
    "CONNECTIONS": ("GET", "/v1/entity-connections"),
    "ENTITIES": ("GET", "/v1/entities"),
    "PUT": ("PUT", "/v1/entity-connections/x/accept"),
    "TOKEN": ("POST", "/oauth/token"),
    "OTHER": ("GET", "/openapi.json"),
}


@given(
    name=st.sampled_from([*FAULTS]),
    value=st.none() | st.integers(0, 86_400) | st.sampled_from([0.5, 0.001, 12.25]),
    parameters=st.fixed_dictionaries(
        {},
        optional={
            "share": st.sampled_from([0, 0.25, 1]),
            "after": st.integers(1, 99),
            "times": st.integers(1, 99),
            "calls": st.sampled_from([*CALLS]),
            "retry-after": st.integers(0, 99),
        },
    ),
)
def test_the_text_of_a_setting_can_be_parsed(
    name: str, value: float | None, parameters: dict[str, object]
) -> None:
    least, greatest = FAULTS[name].values
    takes_value = FAULTS[name].value is not None and least <= (value or 0) <= greatest
    text = f"{name}={value}" if value is not None and takes_value else name
    if name not in WITH_RETRY_AFTER:
        parameters.pop("retry-after", None)
    setting = parse_fault(text + "".join(f", {key}={word}" for key, word in parameters.items()))
    assert parse_fault(str(setting)) == setting


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "There is no fault ''"),
        ("rate-limt", "Choose latency, jitter, rate-limit"),
        ("drop=1", "The fault drop takes no value."),
        ("latency=", "The value of latency must be a number from 0 to 86400."),
        ("latency=soon", "The value of latency must be a number"),
        ("latency=-1", "The value of latency must be a number"),
        ("latency=nan", "The value of latency must be a number"),
        ("latency=inf", "The value of latency must be a number"),
        ("gateway-page=600", "The value of gateway-page must be a number from 200 to 599."),
        ("drop,share=2", "The share of drop must be a number from 0 to 1."),
        ("drop,times=0", "The times of drop must be a whole number from 1."),
        ("drop,after=0", "The after of drop must be a whole number from 1."),
        ("drop,times=²", "The times of drop must be a whole number from 1."),
        ("drop,calls=some", "The calls of drop must be all, api, reads, writes, connections, "),
        ("drop,often=1", "After drop may come share=, after=, times=, calls=, each of them once."),
        ("drop,retry-after=1", "After drop may come share=, after=, times=, calls=, each"),
        ("refusal,retry-after=x", "The retry-after of refusal must be a number from 0 to 86400."),
        ("drop,times=1,times=2", "each of them once."),
    ],
)
def test_invalid_texts_are_refused_with_a_sentence(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        parse_fault(text)


@given(st.text(max_size=40) | st.text("=,.0123456789-dropsharetimescalls", max_size=40))
def test_any_text_is_a_fault_or_refused_with_a_sentence(text: str) -> None:
    try:
        sentence = parse_fault(text).sentence
    except ValueError as error:
        sentence = str(error)
    assert sentence.endswith(".")


def test_the_sentence_of_a_setting_contains_its_value() -> None:
    assert parse_fault("latency=0.25").sentence == "Every answer comes 0.25 seconds late."
    assert parse_fault("latency").sentence == "Every answer comes 1 second late."


def test_faults_are_switched_and_summarized_in_a_fixed_order() -> None:
    faults = ActiveFaults(["truncated", "latency=0.2"])
    faults.on("rate-limit=2,times=3")
    assert faults.summarize() == "latency=0.2 · rate-limit=2,times=3 · truncated"
    faults.off("latency")
    faults.off("latency")
    assert [fault.name for fault in faults.active()] == ["rate-limit", "truncated"]
    with pytest.raises(ValueError, match="There is no fault 'latncy'"):
        faults.off("latncy")
    faults.off()
    assert (faults.summarize(), bool(faults)) == ("", False)


def test_a_fault_may_be_on_for_several_groups_of_calls() -> None:
    faults = ActiveFaults(["gateway-page=200,calls=writes", "gateway-page,calls=entities,times=1"])
    assert (
        faults.summarize() == "gateway-page=200,calls=writes · gateway-page,times=1,calls=entities"
    )
    values = [faults.trigger("gateway-page", *CALLED[name], "") for name in ("ENTITIES", "PUT")]
    assert [fault and fault.value for fault in values] == [403, 200]
    assert faults.trigger("gateway-page", *CALLED["ENTITIES"], "") is None
    faults.off("gateway-page")
    assert not faults


@pytest.mark.parametrize("share", [0.3, 0.7])
def test_the_same_seed_triggers_on_the_same_calls(share: float) -> None:
    def trigger(seed: int, *, beside_truncated: bool = False) -> list[bool]:
        faults = ActiveFaults([f"drop,share={share}", "truncated,share=0.5"], seed=seed)
        triggered = []
        for _ in range(200):
            if beside_truncated:
                faults.trigger("truncated", *CALLED["PUT"], "")
            triggered.append(faults.trigger("drop", *CALLED["PUT"], "") is not None)
        return triggered

    assert trigger(1) == trigger(1) != trigger(2)
    assert trigger(1) == trigger(1, beside_truncated=True), "each fault has its own numbers"
    assert abs(sum(trigger(1)) / 200 - share) < 0.12


@pytest.mark.parametrize(
    ("calls", "affected"),
    [
        ("all", "GET CONNECTIONS ENTITIES PUT TOKEN OTHER"),
        ("api", "GET CONNECTIONS ENTITIES PUT"),
        ("reads", "GET CONNECTIONS ENTITIES"),
        ("connections", "CONNECTIONS"),
        ("entities", "ENTITIES"),
        ("writes", "PUT"),
        ("tokens", "TOKEN"),
    ],
)
def test_a_fault_affects_only_its_group_of_calls(calls: str, affected: str) -> None:
    faults = ActiveFaults([f"truncated,calls={calls}"])
    triggered = [name for name, call in CALLED.items() if faults.trigger("truncated", *call, "")]
    assert " ".join(triggered) == affected


@pytest.mark.parametrize(("fault", "least"), [("latency=60", 60), ("jitter=60", 0)])
def test_latency_and_jitter_delay_the_answer(open_server: Open, fault: str, least: float) -> None:
    server = open_server(faults=[f"{fault},calls=api"])

    async def measure_calls() -> list[float]:
        session, time = await server.sign_in("alice"), asyncio.get_running_loop().time
        times = [time()]
        for _ in range(5):
            assert (await session.get("/v1/entities")).status_code == 200
            times.append(time())
        return [round(after - before, 1) for before, after in pairwise(times)]

    with virtual_time(frozen=True) as (runner, _):
        seconds = runner.run(measure_calls())
    assert all(least <= duration <= 60 for duration in seconds)
    assert (len(set(seconds)) == 1) == fault.startswith("latency")
