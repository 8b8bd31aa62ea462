package dev.craftstream.model.message;

import dev.craftstream.model.Cost;
import dev.craftstream.model.Origin;
import dev.craftstream.model.Question;

/**
 * A question that a model checkpoint could not be asked, or whose answer could not be used. It has
 * no knowledge state under that checkpoint.
 *
 * @param question the question
 * @param origin where its event lies
 * @param checkpointId the model checkpoint that was asked
 * @param explanation a sentence that says what was wrong and what to do
 * @param cost what asking it has cost
 */
public record UnusableAnswer(
    Question question, Origin origin, String checkpointId, String explanation, Cost cost) {}
