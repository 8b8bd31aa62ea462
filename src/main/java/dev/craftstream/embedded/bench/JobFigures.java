package dev.craftstream.embedded.bench;

/**
 * How a job did, over all rounds.
 *
 * @param job its name
 * @param perSecond new questions a second
 * @param perProcessorSecond the same a second of processor time of Flink's process
 * @param sweepPerSecond questions a second of a sweep under a further model checkpoint; null where
 *     the job knows of none
 * @param ratio the new questions a second of the job itself as a multiple of this one's
 * @param processorRatio the same of a second of processor time
 * @param sweepRatio the questions a second of the job's sweep as a multiple of this one's, or of
 *     its new questions where it has no sweep
 */
public record JobFigures(
    String job,
    Spread perSecond,
    Spread perProcessorSecond,
    Spread sweepPerSecond,
    Spread ratio,
    Spread processorRatio,
    Spread sweepRatio) {}
