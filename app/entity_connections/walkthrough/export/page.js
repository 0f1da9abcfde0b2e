"use strict";
// Without this script the page is complete. With it, ← and → go from step to step, and
// a picture that is wider than the window is scrolled to what is clicked in it.
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

  for (const box of document.querySelectorAll("[data-pointer-x]")) {
    box.scrollLeft = box.scrollWidth * box.dataset.pointerX - box.clientWidth / 2;
  }
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
