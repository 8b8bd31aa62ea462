/**
 * The job's options, the settings that they become, the configuration file and the reference pages.
 * Mistakes in them fail here, before the job starts, with a sentence that says what to set.
 */
package dev.craftstream.config;
