/** Records as JSON documents, and the JSON schemas of documents. */
@NullMarked
package io.freshet.service.json;

import org.jspecify.annotations.NullMarked;
