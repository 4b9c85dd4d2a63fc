/** Recommendations: the answer to a request from the model, or from popular items if the model cannot answer, and the variants that share the users. */
@org.jspecify.annotations.NullMarked
package io.freshet.service.recommend;
