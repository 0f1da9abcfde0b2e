"use strict";
// The page is whole without this: ← and → go from step to step, and where a picture
// is wider than the window, what is clicked in it is in sight.
{
  const steps = [...document.querySelectorAll(".step")];
  const here = () => {
    const gone = steps.indexOf(document.activeElement.closest(".step"));
    const { top, bottom } = steps[gone]?.getBoundingClientRect() ?? {};
    if (top < innerHeight && bottom > 0) return gone;
    return steps.findLastIndex((one) => one.getBoundingClientRect().top < 40);
  };
  const scrollsItself = (at) => {
    const box = at.closest(".screen, pre");
    return box !== null && box.scrollWidth > box.clientWidth;
  };

  for (const box of document.querySelectorAll("[data-at]")) {
    box.scrollLeft = box.scrollWidth * box.dataset.at - box.clientWidth / 2;
  }
  document.querySelector(".hint").hidden = false;
  addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const held = event.altKey || event.ctrlKey || event.metaKey || event.shiftKey;
    if (!by || held || scrollsItself(event.target)) return;
    event.preventDefault();
    const to = Math.min(here() + by, steps.length - 1);
    const target = steps[to] ?? document.querySelector("header");
    target.scrollIntoView();
    target.focus({ preventScroll: true });
  });
}
