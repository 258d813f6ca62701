"use strict";
// Airflow keeps its colour mode where pages of its own address can read it; without it the system's decides.
const root = document.documentElement;
const takeTheme = () => {
  let theme = null;
  try {
    theme = window.localStorage.getItem("theme");
  } catch {
    theme = null;
  }
  if (theme === "dark" || theme === "light") root.dataset.theme = theme;
  else delete root.dataset.theme;
};
takeTheme();
window.addEventListener("storage", takeTheme);

// Outside Airflow's frame, such as after an extra link, there is a way back.
if (window.top === window) root.dataset.alone = "";

// A report is as high as its page, so that only one thing scrolls.
const fit = (frame) => {
  const page = frame.contentDocument && frame.contentDocument.documentElement;
  if (page) frame.style.height = `${page.getBoundingClientRect().height + 8}px`;
};

document.addEventListener("DOMContentLoaded", () => {
  for (const frame of document.querySelectorAll("iframe.report")) {
    const watch = () => {
      fit(frame);
      if (frame.contentDocument) new ResizeObserver(() => fit(frame)).observe(frame.contentDocument.documentElement);
    };
    frame.addEventListener("load", watch);
    if (frame.contentDocument && frame.contentDocument.readyState === "complete") watch();
  }
  for (const select of document.querySelectorAll(".filters select")) {
    // Each arrow key is a change of its own: a choice by the keyboard waits for Enter or the button.
    let typed = false;
    select.addEventListener("keydown", () => (typed = true));
    select.addEventListener("pointerdown", () => (typed = false));
    select.addEventListener("change", () => typed || select.form.requestSubmit());
  }
  document.addEventListener("keydown", (event) => {
    const search = document.querySelector(".filters input[type=search]");
    const typing = event.target instanceof Element && event.target.closest("input, select, textarea");
    if (event.key === "/" && search && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
    }
  });
});
