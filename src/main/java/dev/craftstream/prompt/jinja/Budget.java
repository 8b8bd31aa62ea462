package dev.craftstream.prompt.jinja;

/** What a template may use, so that none runs for ever or fills the memory. */
final class Budget {
  private static final int STEPS = 1_000_000;
  private static final int CHARACTERS = 4 << 20;
  private static final int CALLS = 100;

  private int steps;
  private long characters;
  private int calls;

  /** One more expression or node. */
  void step() {
    if (++steps > STEPS) {
      throw new TemplateException("It takes more than " + STEPS + " steps.");
    }
  }

  /** A text or list of this length is made. */
  void make(long length) {
    characters += length;
    if (characters > CHARACTERS) {
      throw new TemplateException("It makes more than " + CHARACTERS + " characters of text.");
    }
  }

  void enter() {
    if (++calls > CALLS) {
      throw new TemplateException("More than " + CALLS + " calls of macros are nested.");
    }
  }

  void leave() {
    calls--;
  }
}
