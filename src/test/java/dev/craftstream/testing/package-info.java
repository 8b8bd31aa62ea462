/**
 * What tests share: real brokers and model servers, plain and secured, and the whole job between
 * them.
 *
 * <p><b>Fuzzing.</b> The {@code *FuzzTest}s hold every parser of outside data to one promise: a
 * value, or a fault in a sentence; no other exception, no end of time or memory. In a build they
 * run their corpus, {@code src/test/resources/<package>/<class>Inputs/<method>}, as ordinary tests.
 * To look for new inputs, one method at a time:
 *
 * <pre>{@code
 * JAZZER_FUZZ=1 JAZZER_MAX_DURATION=2m mvn test -Dtest='RecordFuzzTest#questions'
 * }</pre>
 *
 * <p>An input that breaks the promise is written into that corpus, so that it stays a test. What
 * else was of interest lies in {@code .cifuzz-corpus}, from where the next such run goes on.
 */
package dev.craftstream.testing;
