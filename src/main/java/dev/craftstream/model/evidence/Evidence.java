package dev.craftstream.model.evidence;

import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.knowledge.JudgeModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * What one measurement rests on.
 *
 * @param serving where the model checkpoint was served, and by which contract it was asked
 * @param asked how it was asked
 * @param texts the distinct texts that it gave, in the order in which they came first; empty where
 *     letters were weighed
 * @param textOfSample for each seed: which of the texts was sampled, from 0
 * @param precision how embeddings are written; null where there are none
 * @param letters the letters' probabilities; null where texts were sampled
 * @param judge the model that was asked whether texts are right; null where none was
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record Evidence(
    Serving serving,
    Asked asked,
    List<SampledText> texts,
    int[] textOfSample,
    EmbeddingPrecision precision,
    LetterProbabilities letters,
    JudgeModel judge) {

  /**
   * Of samples.
   *
   * @param texts a text a seed
   * @param answers the part of each that was judged
   * @param embeddings a vector an answer; empty where none were wanted
   * @param precision how vectors are kept
   */
  public static Evidence ofSamples(
      Serving serving,
      Asked asked,
      List<String> texts,
      List<String> answers,
      List<double[]> embeddings,
      EmbeddingPrecision precision) {
    List<SampledText> distinct = new ArrayList<>();
    int[] textOfSample = new int[texts.size()];
    int[] firstSample = new int[texts.size()];
    for (int k = 0; k < textOfSample.length; k++) {
      int known = known(k, distinct.size(), firstSample, texts, embeddings);
      if (known == distinct.size()) {
        firstSample[known] = k;
        distinct.add(
            new SampledText(
                texts.get(k),
                answers.get(k).equals(texts.get(k)) ? null : answers.get(k),
                embeddings.isEmpty() ? new byte[0] : precision.encode(embeddings.get(k)),
                null));
      }
      textOfSample[k] = known;
    }
    return new Evidence(
        serving,
        asked,
        List.copyOf(distinct),
        textOfSample,
        embeddings.isEmpty() ? null : precision,
        null,
        null);
  }

  /**
   * The same with what a judge model said of the texts.
   *
   * @param reply its reply to the text that was judged; null where it was not asked about it
   */
  public Evidence judgedBy(JudgeModel model, Function<String, JudgeReply> reply) {
    return new Evidence(
        serving,
        asked,
        texts.stream()
            .map(
                text ->
                    new SampledText(
                        text.text(), text.answer(), text.embedding(), reply.apply(text.judged())))
            .toList(),
        textOfSample,
        precision,
        letters,
        model);
  }

  /** Of letters that were weighed. */
  public static Evidence ofLetters(Serving serving, Asked asked, LetterProbabilities letters) {
    return new Evidence(serving, asked, List.of(), new int[0], null, letters, null);
  }

  /** A model that embeds its own samples may give two equal texts vectors that differ by a bit. */
  private static int known(
      int sample, int distinct, int[] firstSample, List<String> texts, List<double[]> embeddings) {
    for (int i = 0; i < distinct; i++) {
      if (texts.get(firstSample[i]).equals(texts.get(sample))
          && (embeddings.isEmpty()
              || Arrays.equals(embeddings.get(firstSample[i]), embeddings.get(sample)))) {
        return i;
      }
    }
    return distinct;
  }
}
