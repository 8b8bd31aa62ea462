/**
 * How an answer in words is judged: whether it refuses, which option it chooses, and whether it
 * gives the gold answer. Texts are compared in one spelling ({@link
 * dev.craftstream.method.judging.Spelling});
 *
 * <p>what differs by language lies in tables ({@link dev.craftstream.method.judging.Phrases}).
 */
package dev.craftstream.method.judging;
