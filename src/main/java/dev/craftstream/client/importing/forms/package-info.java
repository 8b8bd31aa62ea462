/**
 * The forms that questions are published in, one small class each: by which names a record is known
 * to be of the form, and how it becomes a question.
 */
package dev.craftstream.client.importing.forms;
