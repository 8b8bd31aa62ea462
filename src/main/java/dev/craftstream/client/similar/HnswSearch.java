package dev.craftstream.client.similar;

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

  /** Neighbours of a vector in the graph. */
  private static final int NEIGHBOURS = 16;

  /** Vectors that are looked at to find the neighbours of one that is put in. */
  private static final int BUILD_WIDTH = 100;

  /** Vectors that are looked at to find the nearest. */
  private static final int SEARCH_WIDTH = 100;

  /** How far a vector may have too many neighbours for a while, and how far apart they shall be. */
  private static final float OVERFLOW = 1.2f;

  private static final float DIVERSITY = 1.2f;

  /** So many more are compared in 64 bits, so that rounding decides nothing. */
  private static final int COMPARED = 3;

  private static final int VECTORS_AT_ONCE = 64;

  private final float[][] others;
  private final RandomAccessVectorValues values;
  private final ImmutableGraphIndex graph;

  private HnswSearch(float[][] others, RandomAccessVectorValues values, ImmutableGraphIndex graph) {
    super(VECTORS_AT_ONCE);
    this.others = others;
    this.values = values;
    this.graph = graph;
  }

  static HnswSearch over(float[][] others, int dimensions, IntConsumer indexed) {
    List<VectorFloat<?>> inserted =
        Arrays.stream(others).<VectorFloat<?>>map(VECTORS::createFloatVector).toList();
    var values = new ListRandomAccessVectorValues(inserted, dimensions);
    var scores =
        BuildScoreProvider.randomAccessScoreProvider(values, VectorSimilarityFunction.DOT_PRODUCT);
    try (var builder =
        new GraphIndexBuilder(
            scores, dimensions, NEIGHBOURS, BUILD_WIDTH, OVERFLOW, DIVERSITY, true)) {
      IntStream.range(0, others.length)
          .parallel()
          .forEach(
              i -> {
                builder.addGraphNode(i, inserted.get(i));
                indexed.accept(1);
              });
      builder.cleanup();
      return new HnswSearch(others, values, builder.getGraph());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  void search(float[][] vectors, int from, int to, int most, Neighbours neighbours) {
    try (var searcher = new GraphSearcher(graph)) {
      for (int i = from; i < to; i++) {
        var scores =
            DefaultSearchScoreProvider.exact(
                VECTORS.createFloatVector(vectors[i]),
                VectorSimilarityFunction.DOT_PRODUCT,
                values);
        NodeScore[] best =
            searcher.search(scores, most + COMPARED, SEARCH_WIDTH, 0, 0, Bits.ALL).getNodes();
        put(
            vectors,
            i,
            others,
            Arrays.stream(best).mapToInt(found -> found.node).toArray(),
            most,
            neighbours);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
