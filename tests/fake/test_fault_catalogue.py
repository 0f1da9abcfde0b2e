"""Writing and parsing fault settings; which calls a fault triggers on."""

from collections.abc import Callable
from typing import Any

import pytest
from entity_connections.fake.faults.active_faults import ActiveFaults
from entity_connections.fake.faults.catalogue import (
    CALLS,
    FAULTS,
    FaultError,
    FaultSetting,
    create_setting,
    parse_fault,
)
from hypothesis import given
from hypothesis import strategies as st


@st.composite
def settings_of_any_fault(draw: st.DrawFn) -> FaultSetting:
    name = draw(st.sampled_from(list(FAULTS)))
    numbers = st.integers(1, 86_400) | st.sampled_from([0.5, 0.001, 12.25])
    if FAULTS[name].unit == "calls":
        numbers = st.integers(1, 1_000)
    return create_setting(
        name,
        draw(st.none() | numbers) if FAULTS[name].value is not None else None,
        share=draw(st.sampled_from([0, 0.25, 1])),
        times=draw(st.none() | st.integers(1, 99)),
        calls=draw(st.none() | st.sampled_from(list(CALLS))),
    )


@given(settings_of_any_fault())
def test_the_text_of_a_setting_can_be_parsed(setting: FaultSetting) -> None:
    assert parse_fault(str(setting)) == setting


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "There is no fault ''"),
        ("rate-limt", "rate-limit"),
        ("drop=1", "The fault drop takes no value."),
        ("latency=", "must be a number, not ''"),
        ("latency=soon", "must be a number, not 'soon'"),
        ("latency=-1", "must be a number of seconds from 0 to 86400"),
        ("latency=nan", "from 0 to 86400"),
        ("latency=inf", "from 0 to 86400"),
        ("expired-token=1.5", "must be a whole number of calls"),
        ("another-administrator=0", "must be at least 1"),
        ("drop,share=2", "The share of drop must be a number from 0 to 1."),
        ("drop,share=nan", "The share of drop"),
        ("drop,times=0", "The times of drop must be a whole number from 1."),
        ("drop,times=²", "The times of drop must be a whole number from 1."),
        ("drop,calls=some", "The calls of drop must be all, api, reads, writes or tokens."),
        ("drop,often=1", "'often=1' is not understood after a fault"),
        ("drop,times=1,times=2", "'times=2' is not understood"),
    ],
)
def test_invalid_texts_are_refused_with_a_sentence(text: str, said: str) -> None:
    with pytest.raises(FaultError) as error:
        parse_fault(text)
    assert said in str(error.value)


@given(st.text(max_size=40) | st.text("=,.0123456789-dropsharetimescalls", max_size=40))
def test_any_text_is_a_fault_or_refused_with_a_sentence(text: str) -> None:
    try:
        said = parse_fault(text).sentence
    except FaultError as error:
        said = str(error)
    assert said.endswith(".")


def test_the_summary_lists_active_faults_in_a_fixed_order() -> None:
    faults = ActiveFaults(["truncated", "latency=0.2"])
    assert faults.summary() == "latency=0.2 · truncated"
    faults.on("rate-limit", 2, times=3)
    assert faults.summary() == "latency=0.2 · rate-limit=2,times=3 · truncated"
    faults.off("latency")
    faults.off("latency")
    assert [fault.name for fault in faults.active()] == ["rate-limit", "truncated"]
    faults.off()
    assert (faults.summary(), bool(faults)) == ("", False)
    with pytest.raises(FaultError):
        faults.off("latncy")


@pytest.mark.parametrize(
    ("switch", "said"),
    [
        (lambda faults: faults.on("latncy=2"), "There is no fault 'latncy'"),
        (lambda faults: faults.on("latency=2", times=3), "'latency=2' says it all"),
        (lambda faults: faults.on("latency", "soon"), "The value of latency must be a number"),
        (lambda faults: faults.on("drop", share="half"), "The share of drop must be a number"),
        (lambda faults: faults.on("drop", times=1.5), "The times of drop must be a whole number"),
        (lambda faults: faults.on("drop", calls=["all"]), "The calls of drop must be all, api,"),
        (lambda faults: faults.on(["drop"]), "A fault is a text such as"),
        (lambda faults: faults.on(None), "A fault is a text such as"),
        (lambda faults: faults.off(3), "There is no fault 3. Choose latency,"),
    ],
)
def test_invalid_arguments_are_refused_with_a_sentence(
    switch: Callable[[Any], None], said: str
) -> None:
    faults = ActiveFaults(["http-502"])
    with pytest.raises(FaultError) as error:
        switch(faults)
    assert said in str(error.value)
    assert faults.summary() == "http-502"


def test_the_sentence_of_a_setting_contains_its_value() -> None:
    assert parse_fault("latency=0.25").sentence == "Every answer comes 0.25 seconds late."


@pytest.mark.parametrize("share", [0.3, 0.7])
def test_the_same_seed_triggers_on_the_same_calls(share: float) -> None:
    def struck(seed: int) -> list[bool]:
        faults = ActiveFaults([f"drop,share={share}"], seed=seed)
        return [bool(faults.trigger("drop", "PUT", "/v1/x")) for _ in range(200)]

    assert struck(1) == struck(1) != struck(2)
    assert abs(sum(struck(1)) / 200 - share) < 0.12


def test_faults_have_independent_random_numbers() -> None:
    alone, both = (
        ActiveFaults(["drop,share=0.5"]),
        ActiveFaults(["drop,share=0.5", "truncated,share=0.5"]),
    )
    for _ in range(50):
        both.trigger("truncated", "PUT", "/v1/x")
        assert bool(alone.trigger("drop", "PUT", "/v1/x")) == bool(
            both.trigger("drop", "PUT", "/v1/x")
        )


@pytest.mark.parametrize(
    ("calls", "befallen"),
    [
        ("all", "GET PUT TOKEN OTHER"),
        ("api", "GET PUT"),
        ("reads", "GET"),
        ("writes", "PUT"),
        ("tokens", "TOKEN"),
    ],
)
def test_a_fault_affects_only_its_group_of_calls(calls: str, befallen: str) -> None:
    faults = ActiveFaults([f"truncated,calls={calls}"])
    made = {
        "GET": ("GET", "/v1/entities"),
        "PUT": ("PUT", "/v1/entity-connections/x/accept"),
        "TOKEN": ("POST", "/oauth/token"),
        "OTHER": ("GET", "/openapi.json"),
    }
    struck = [name for name, call in made.items() if faults.trigger("truncated", *call)]
    assert " ".join(struck) == befallen
