/**
 * The method of the paper as pure functions: correctness, certainty, relabelling, selection and
 * evaluation. Each class names the section that it implements.
 */
package dev.craftstream.method;
