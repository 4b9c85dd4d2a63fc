/** Requests for recommendations: reads and checks them, and the filters on items that they contain. */
@org.jspecify.annotations.NullMarked
package io.freshet.service.request;
