package dev.craftstream.triton.recorded;

import dev.craftstream.model.evidence.EmbeddingPrecision;
import dev.craftstream.model.evidence.Evidence;
import dev.craftstream.model.evidence.LetterProbabilities;
import dev.craftstream.model.evidence.SampledText;
import dev.craftstream.model.evidence.TokenProbability;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a measurement was answered with, as it lies in the index.
 *
 * @param texts the distinct texts; empty where letters were weighed
 * @param precision how their embeddings are written; null where there are none
 * @param letters null where texts were sampled
 */
record StoredAnswer(
    List<SampledText> texts, EmbeddingPrecision precision, LetterProbabilities letters) {

  static byte[] encode(Evidence evidence) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(evidence.precision() == null ? -1 : evidence.precision().ordinal());
      out.writeInt(evidence.texts().size());
      for (SampledText text : evidence.texts()) {
        write(out, text.text());
        write(out, text.answer());
        out.writeInt(text.embedding().length);
        out.write(text.embedding());
      }
      LetterProbabilities letters = evidence.letters();
      out.writeBoolean(letters != null);
      if (letters != null) {
        out.writeInt(letters.probabilities().length);
        for (double probability : letters.probabilities()) {
          out.writeDouble(probability);
        }
        out.writeDouble(letters.unseen());
        out.writeInt(letters.tokens().size());
        for (TokenProbability token : letters.tokens()) {
          write(out, token.tokenId());
          write(out, token.text());
          out.writeDouble(token.logprob());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static StoredAnswer decode(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int precision = in.readByte();
      int texts = in.readInt();
      List<SampledText> sampled = new ArrayList<>(texts);
      for (int i = 0; i < texts; i++) {
        sampled.add(new SampledText(text(in), text(in), in.readNBytes(in.readInt()), null));
      }
      return new StoredAnswer(
          sampled,
          precision < 0 ? null : EmbeddingPrecision.values()[precision],
          in.readBoolean() ? letters(in) : null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static LetterProbabilities letters(DataInputStream in) throws IOException {
    double[] probabilities = new double[in.readInt()];
    for (int i = 0; i < probabilities.length; i++) {
      probabilities[i] = in.readDouble();
    }
    double unseen = in.readDouble();
    int tokens = in.readInt();
    List<TokenProbability> told = new ArrayList<>(tokens);
    for (int i = 0; i < tokens; i++) {
      told.add(new TokenProbability(text(in), text(in), in.readDouble()));
    }
    return new LetterProbabilities(probabilities, unseen, told);
  }

  private static void write(DataOutputStream out, String text) throws IOException {
    if (text == null) {
      out.writeInt(-1);
    } else {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      out.writeInt(utf8.length);
      out.write(utf8);
    }
  }

  private static String text(DataInputStream in) throws IOException {
    int length = in.readInt();
    return length < 0 ? null : new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }
}
