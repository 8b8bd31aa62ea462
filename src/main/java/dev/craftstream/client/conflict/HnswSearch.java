package dev.craftstream.client.conflict;

import io.github.jbellis.jvector.graph.GraphIndexBuilder;
import io.github.jbellis.jvector.graph.GraphSearcher;
import io.github.jbellis.jvector.graph.ImmutableGraphIndex;
import io.github.jbellis.jvector.graph.ListRandomAccessVectorValues;
import io.github.jbellis.jvector.graph.RandomAccessVectorValues;
import io.github.jbellis.jvector.graph.SearchResult.NodeScore;
import io.github.jbellis.jvector.graph.similarity.BuildScoreProvider;
import io.github.jbellis.jvector.graph.similarity.DefaultSearchScoreProvider;
import io.github.jbellis.jvector.util.Bits;
import io.github.jbellis.jvector.vector.VectorSimilarityFunction;
import io.github.jbellis.jvector.vector.VectorizationProvider;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import io.github.jbellis.jvector.vector.types.VectorTypeSupport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * An HNSW index by JVector, which of the libraries for it is developed for Java 11 and up, builds
 * with several threads and needs no flags; Lucene's runs on Java 21 by now and is not public API,
 * and hnswlib-core rests on a collections library of 2018.
 */
final class HnswSearch extends NearestSearch {
  private static final VectorTypeSupport VECTORS =
      VectorizationProvider.getInstance().getVectorTypeSupport();

  /** Neighbours of a sample in the graph. */
  private static final int NEIGHBOURS = 16;

  /** Samples that are looked at to find the neighbours of one that is put in. */
  private static final int BUILD_WIDTH = 100;

  /** Samples that are looked at to find the nearest. */
  private static final int SEARCH_WIDTH = 100;

  /** How far a sample may have too many neighbours for a while, and how far apart they shall be. */
  private static final float OVERFLOW = 1.2f;

  private static final float DIVERSITY = 1.2f;

  /** So many of the best are compared in 64 bits, so that rounding decides nothing. */
  private static final int COMPARED = 4;

  private static final int REFUSALS_AT_ONCE = 64;

  private final float[][] answers;
  private final RandomAccessVectorValues values;
  private final ImmutableGraphIndex graph;

  private HnswSearch(
      float[][] answers, RandomAccessVectorValues values, ImmutableGraphIndex graph) {
    super(REFUSALS_AT_ONCE);
    this.answers = answers;
    this.values = values;
    this.graph = graph;
  }

  static HnswSearch over(float[][] answers, int dimensions, IntConsumer indexed) {
    List<VectorFloat<?>> vectors =
        Arrays.stream(answers).<VectorFloat<?>>map(VECTORS::createFloatVector).toList();
    var values = new ListRandomAccessVectorValues(vectors, dimensions);
    var scores =
        BuildScoreProvider.randomAccessScoreProvider(values, VectorSimilarityFunction.DOT_PRODUCT);
    try (var builder =
        new GraphIndexBuilder(
            scores, dimensions, NEIGHBOURS, BUILD_WIDTH, OVERFLOW, DIVERSITY, true)) {
      IntStream.range(0, answers.length)
          .parallel()
          .forEach(
              i -> {
                builder.addGraphNode(i, vectors.get(i));
                indexed.accept(1);
              });
      builder.cleanup();
      return new HnswSearch(answers, values, builder.getGraph());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  void search(float[][] refusals, int from, int to, NearestAnswers nearest) {
    try (var searcher = new GraphSearcher(graph)) {
      for (int i = from; i < to; i++) {
        var scores =
            DefaultSearchScoreProvider.exact(
                VECTORS.createFloatVector(refusals[i]),
                VectorSimilarityFunction.DOT_PRODUCT,
                values);
        NodeScore[] best =
            searcher.search(scores, COMPARED, SEARCH_WIDTH, 0, 0, Bits.ALL).getNodes();
        double greatest = Double.NEGATIVE_INFINITY;
        for (NodeScore candidate : best) {
          double similarity = UnitVectors.similarity(refusals[i], answers[candidate.node]);
          if (similarity > greatest
              || similarity == greatest && candidate.node < nearest.answers()[i]) {
            greatest = similarity;
            nearest.answers()[i] = candidate.node;
          }
        }
        nearest.similarities()[i] = greatest;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
