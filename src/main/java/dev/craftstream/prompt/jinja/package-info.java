/**
 * The part of the Jinja language that chat templates are written in, rendered as Python's Jinja
 * does with the settings of Hugging Face's {@code apply_chat_template} ({@code trim_blocks}, {@code
 * lstrip_blocks}, loop controls, no escaping). A template sees the values that it is given and
 * nothing else: no Java object, no file, no clock.
 */
package dev.craftstream.prompt.jinja;
