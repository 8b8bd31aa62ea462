package dev.craftstream.prompt.jinja;

/** The value of what there is not. Prints as nothing, and has no attributes. */
record Undefined(String name) {

  TemplateException failure() {
    return new TemplateException("\"" + name + "\" is not defined.");
  }
}
