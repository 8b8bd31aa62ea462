package dev.craftstream.prompt.chat;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a chat model is talked to.
 *
 * @param template how turns become a text
 * @param systemPrompt what the system says first; empty: nothing
 * @param keepsBeginToken whether prompts begin with the template's begin token; where the server's
 *     tokenizer puts one there itself, as it mostly does, it would be there twice
 */
public record Chat(ChatTemplate template, String systemPrompt, boolean keepsBeginToken) {

  /** Marks of the usual forms: {@code <|name|>}, {@code <name>}, {@code [NAME]}. */
  private static final Pattern MARK =
      Pattern.compile("<[|\uFF5C][^<>\\s]{1,60}[|\uFF5C]>|</?\\w{1,40}>|\\[/?[A-Z_]{2,40}]");

  /** The frame of a question behind these turns. */
  public Frame frame(List<Turn> before) {
    List<Turn> turns = new ArrayList<>();
    if (!systemPrompt.isEmpty()) {
      turns.add(Turn.system(systemPrompt));
    }
    turns.addAll(before);
    return Frame.of(template, turns, keepsBeginToken);
  }

  /**
   * What has a meaning of its own for the template or the tokenizer: the tokens that the template
   * knows of, and the marks that it puts around a conversation.
   */
  public Set<String> controlTokens() {
    Set<String> tokens = new LinkedHashSet<>(template.controlTokens());
    Frame frame = Frame.of(template, List.of(Turn.user("a"), Turn.assistant("b")), true);
    Matcher marks = MARK.matcher(frame.before() + frame.after());
    while (marks.find()) {
      tokens.add(marks.group());
    }
    return tokens;
  }
}
