/** Several learners in one process, which learn from different users and merge their models, as if each had a process of its own. */
@org.jspecify.annotations.NullMarked
package io.freshet.lab.parallel;
