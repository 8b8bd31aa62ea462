package dev.craftstream.client.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The page in a real Chromium; skipped where none is installed. With {@code docs.update} it takes
 * the documentation's pictures.
 */
@Tag("integration")
class PageInBrowserTest {
  private static final Path PICTURES = Path.of("docs/operate/pictures");
  private static final int LARGEST_PICTURE = 150_000;

  /** What is wrong for those who do not see the page, or do not use a mouse. */
  private static final String FINDINGS =
      """
      (() => {
        const wrong = [];
        const say = (what, e) => wrong.push(what + ': ' + e.outerHTML.slice(0, 120));
        const ids = new Set();
        for (const e of document.querySelectorAll('[id]')) { if (ids.has(e.id)) say('id twice', e); ids.add(e.id); }
        for (const e of document.querySelectorAll('[aria-labelledby]'))
          for (const id of e.getAttribute('aria-labelledby').split(' ')) if (!ids.has(id)) say('labelled by nothing', e);
        for (const e of document.querySelectorAll('a, button'))
          if (!(e.textContent.trim() || e.getAttribute('aria-label'))) say('no name', e);
        for (const e of document.querySelectorAll('input'))
          if (!e.labels.length && !e.getAttribute('aria-label')) say('no label', e);
        for (const e of document.querySelectorAll('svg'))
          if (!(e.getAttribute('aria-hidden') === 'true' || e.getAttribute('role') === 'img' && e.getAttribute('aria-label'))) say('no alternative', e);
        for (const e of document.querySelectorAll('table'))
          if (!e.getAttribute('aria-label') || !e.querySelector('th[scope]')) say('no name or headings', e);
        for (const e of document.querySelectorAll('*'))
          if (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === 'auto' && e.tabIndex < 0 && !e.querySelector('a, button')) say('scrolls without a keyboard', e);
        let level = 1;
        for (const e of document.querySelectorAll('h1, h2, h3, h4')) {
          if (+e.tagName[1] > level + 1) say('leaves a level out', e);
          level = +e.tagName[1];
        }
        for (const one of ['main', 'h1', 'nav', '[role=search]', 'footer'])
          if (document.querySelectorAll(one).length !== 1) wrong.push('not one ' + one);
        if (!document.documentElement.lang || !document.title) wrong.push('no language or title');
        return wrong;
      })()\
      """;

  /** Texts whose colour is too near to that of their ground: less than 4.5 to 1 (WCAG AA). */
  private static final String FAINT =
      """
      (() => {
        const parse = c => { const m = c.match(/[\\d.]+/g).map(Number); return m.length < 4 ? [...m, 1] : m; };
        const light = c => { const [r, g, b] = c.slice(0, 3).map(v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
        const ground = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c[3] === 1) return c; } return [255, 255, 255, 1]; };
        const faint = new Set();
        for (const e of document.querySelectorAll('body *')) {
          if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || !e.getClientRects().length || e.closest('title')) continue;
          const style = getComputedStyle(e);
          const ink = parse(e.closest('svg') ? style.fill : style.color);
          const a = light(ink), b = light(ground(e));
          const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
          if (ratio < 4.5) faint.add(ratio.toFixed(2) + ' ' + e.tagName + '.' + (e.getAttribute('class') || '') + ' ' + e.textContent.trim().slice(0, 40));
        }
        return [...faint];
      })()\
      """;

  private static SampleUi ui;
  private static Browser browser;

  @BeforeAll
  static void open() throws Exception {
    assumeTrue(Browser.installed().isPresent(), "There is no Chromium to look at the page with.");
    ui = new SampleUi(1_200, 16);
    browser = new Browser(Browser.installed().get());
  }

  @AfterAll
  static void close() throws Exception {
    if (browser != null) {
      browser.close();
    }
    if (ui != null) {
      ui.close();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "laptop-light, 1280, 860, false, light",
    "laptop-dark, 1280, 860, false, dark",
    "phone-light, 390, 844, true, light",
    "phone-dark, 390, 844, true, dark"
  })
  void fitsAndIsReadableAndAsksNoOtherHost(
      String name, int width, int height, boolean phone, String scheme) throws Exception {
    browser.look(width, height, phone, scheme);
    show("#question=capital-france");
    browser.await("document.querySelector('#history article')");

    assertThat(browser.value("document.documentElement.scrollWidth").getAsInt())
        .as("it does not scroll sideways")
        .isLessThanOrEqualTo(width);
    assertThat(list(FINDINGS)).isEmpty();
    assertThat(list(FAINT)).isEmpty();
    assertThat(browser.complaints()).isEmpty();
    assertThat(browser.requests()).isNotEmpty().allMatch(url -> url.startsWith(ui.server.url()));
    if (name.equals("laptop-light")) {
      browser.value("document.querySelector('#history article').scrollIntoView()");
      picture("history");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "overview-light, 1280, 860, false, light, main",
    "knowledge-dark, 1280, 860, false, dark, knowledge",
    "phone, 390, 844, true, light, main"
  })
  void isPictured(String name, int width, int height, boolean phone, String scheme, String section)
      throws Exception {
    browser.look(width, height, phone, scheme);
    show("");
    browser.value(
        section.equals("main")
            ? "window.scrollTo(0, 0)"
            : "document.getElementById('" + section + "').scrollIntoView()");
    picture(name);
  }

  @Test
  void everythingIsReachedByKeyboardAndTheFocusIsSeen() throws Exception {
    browser.look(1280, 860, false, "light");
    show("");
    browser.value("window.scrollTo(0, 0)");
    List<String> reached = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      browser.press("Tab");
      String at =
          browser
              .value(
                  "(e => (getComputedStyle(e).outlineStyle === 'none' ? 'unseen ' : '') + e.tagName"
                      + " + ' ' + (e.getAttribute('aria-label') || e.textContent ||"
                      + " e.id).trim().slice(0, 40))(document.activeElement)")
              .getAsString();
      if (at.contains("BODY")) {
        break;
      }
      reached.add(at);
    }

    assertThat(reached.get(0)).isEqualTo("A Skip to the content");
    assertThat(reached).noneMatch(at -> at.startsWith("unseen"));
    assertThat(reached)
        .contains("A Checkpoints", "A Trouble", "INPUT words", "BUTTON Find")
        .contains("DIV Model checkpoints, the newest first", "DIV Labels by task");
  }

  @Test
  void aQuestionIsFoundAndItsHistoryReadByKeyboard() throws Exception {
    browser.look(1280, 860, false, "light");
    show("");
    browser.value("document.getElementById('words').focus()");
    browser.type("capital FRANCE");
    browser.press("Enter");
    browser.await("document.querySelector('.hits a')");
    assertThat(browser.value("document.querySelector('.count').textContent").getAsString())
        .contains("found for “capital FRANCE”");
    browser.value("document.querySelector('.hits a').focus()");
    browser.press("Enter");
    browser.await("document.activeElement.id === 'history-title'");
    assertThat(browser.value("document.querySelector('#history').innerText").getAsString())
        .contains("What is the capital of France?", "gold answer", "Paris")
        .contains("qwen-7b-rehearsal-1", "qwen-7b-rehearsal-1-craft-oe", "provisional", "final");
    assertThat(browser.value("location.hash").getAsString()).isEqualTo("#question=capital-france");

    browser.value("document.getElementById('close').focus()");
    browser.press("Enter");
    browser.await("!document.querySelector('#history article')");
    assertThat(browser.value("document.activeElement.id").getAsString()).isEqualTo("words");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void whatChangesIsShownAndWhatHasTheFocusKeepsIt() throws Exception {
    browser.look(1280, 860, false, "light");
    show("");
    browser.value(
        "document.querySelector('[data-part=figures]').scrollIntoView(),"
            + " document.querySelector('[data-part=labels] .scroll').focus({ preventScroll: true"
            + " })");
    String before = figures();

    ui.put(
        "questions",
        "late-1",
        dev.craftstream.v1.QuestionEvent.newBuilder()
            .setQuestionId("late-1")
            .setOpenEnded(
                dev.craftstream.v1.OpenEnded.newBuilder().setQuestion("Who?").setAnswer("He"))
            .build(),
        SampleUi.NOW.toEpochMilli());
    browser.await("document.querySelector('.figures').innerText !== " + quoted(before));

    assertThat(browser.value("document.activeElement.className").getAsString()).isEqualTo("scroll");
    assertThat(browser.value("document.querySelectorAll('[role=status]').length").getAsInt())
        .as("nothing but the connection is read aloud")
        .isEqualTo(1);
  }

  private static String figures() throws Exception {
    return browser.value("document.querySelector('.figures').innerText").getAsString();
  }

  private static String quoted(String text) {
    return new com.google.gson.JsonPrimitive(text).toString();
  }

  /** Opens the page, and waits until all of it is there. */
  private static void show(String fragment) throws Exception {
    browser.open("about:blank");
    browser.open(ui.server.url() + fragment);
    browser.await("document.getElementById('connection')?.dataset.state === 'live'");
    for (Part part : Part.ALL) {
      String element = "document.querySelector('[data-part=\"" + part.name() + "\"]')";
      browser.value(element + ".scrollIntoView()");
      browser.await(
          element + ".children.length > 0 && !" + element + ".innerText.includes('Loading')");
    }
  }

  private static void picture(String name) throws Exception {
    browser.value(
        "new Promise(r => requestAnimationFrame(() => requestAnimationFrame(() => r(1))))");
    byte[] png = browser.screenshot(false);
    assertThat(png.length).as(name).isLessThan(LARGEST_PICTURE);
    Path folder = Boolean.getBoolean("docs.update") ? PICTURES : Path.of("target", "pictures");
    Files.createDirectories(folder);
    Files.write(folder.resolve("live-" + name + ".png"), png);
  }

  private static List<String> list(String expression) throws Exception {
    List<String> all = new ArrayList<>();
    for (JsonElement element : (JsonArray) browser.value(expression)) {
      all.add(element.getAsString());
    }
    return all;
  }
}
