"use strict";
// Without this script the page is complete. With it, ← and → go from step to step.
{
  const steps = [...document.querySelectorAll(".step")];

  // The step with the focus if it is in sight, else the last one whose top is in sight or above.
  const currentStep = () => {
    const focused = steps.indexOf(document.activeElement.closest(".step"));
    const { top, bottom } = steps[focused]?.getBoundingClientRect() ?? {};
    if (top < innerHeight && bottom > 0) return focused;
    return steps.findLastIndex((step) => step.getBoundingClientRect().top < 40);
  };
  const isScrollable = (element) => {
    const box = element.closest(".screen, pre");
    return box !== null && box.scrollWidth > box.clientWidth;
  };

  document.querySelector(".hint").hidden = false;
  addEventListener("keydown", (event) => {
    const change = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const hasModifier = event.altKey || event.ctrlKey || event.metaKey || event.shiftKey;
    if (!change || hasModifier || isScrollable(event.target)) return;
    event.preventDefault();
    const index = Math.min(currentStep() + change, steps.length - 1);
    const target = steps[index] ?? document.querySelector("header");
    target.scrollIntoView();
    target.focus({ preventScroll: true });
  });
}
