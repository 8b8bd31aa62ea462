package dev.craftstream.prompt.jinja;

/** A template can't be read or rendered; the message is a sentence on the template. */
public final class TemplateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public TemplateException(String message) {
    super(message);
  }
}
