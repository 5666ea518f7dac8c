// A search of the log that found nothing in one stretch goes on in the next, until something is found or the log ends.
// Without script the link does the same, one stretch at a time.
async function further() {
  for (let mark; (mark = document.querySelector("[data-further]")); ) {
    const answer = await fetch(mark.querySelector("a").href);
    if (!answer.ok) return;
    const id = mark.dataset.further;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.getElementById(id).replaceWith(page.getElementById(id));
    history.replaceState(null, "", answer.url);
  }
}

further();
