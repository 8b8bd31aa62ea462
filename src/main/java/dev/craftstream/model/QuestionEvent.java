package dev.craftstream.model;

/**
 * A question came, changed or went.
 *
 * @param questionId the question's id
 * @param question its content from now on; null where it was removed
 * @param origin where the event lies
 */
public record QuestionEvent(String questionId, Question question, Origin origin) {}
