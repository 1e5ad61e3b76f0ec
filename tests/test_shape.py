"""The judge of shapes is judged first: what a distributed engine was seen to refuse, and to
take."""

import pytest

from app.place import Place
from tests.shape import faults

PLACES = {
    "customer": Place.borrower,
    "loan": Place.borrower,
    "payment": Place.borrower,
    "instalment": Place.borrower,
    "product": Place.shared,
    "outbox": Place.local,
}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM loan WHERE id = $1 FOR UPDATE",
        "SELECT * FROM loan WHERE customer_id = ANY($1) FOR UPDATE",
        "SELECT * FROM loan l JOIN customer c ON c.id = l.customer_id WHERE l.id = $1 FOR UPDATE",
        "SELECT * FROM loan WHERE customer_id = $1 ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED",
        "UPDATE loan SET customer_id = $1 WHERE customer_id = $2",
        "UPDATE loan SET bucket = 1 WHERE id = $1",
        "UPDATE loan SET bucket = random() WHERE customer_id = $1",
        "DELETE FROM payment WHERE id = $1",
        "SELECT * FROM loan JOIN payment ON payment.loan_id = loan.id",
        "SELECT * FROM loan, payment WHERE payment.loan_id = loan.id",
        "UPDATE loan SET bucket = 1 FROM payment WHERE payment.loan_id = loan.id",
        "SELECT bucket, count(*) FROM loan GROUP BY ROLLUP (bucket)",
        "SELECT * FROM loan WHERE EXISTS (SELECT 1 FROM payment WHERE payment.loan_id = loan.id)",
        "WITH RECURSIVE walk AS (SELECT id FROM loan UNION ALL SELECT id FROM walk)"
        " SELECT 1 FROM walk",
        "SELECT * FROM loan WHERE customer_id = $1 OR id = $2 FOR UPDATE",
    ],
)
def test_what_would_be_refused_is_caught(sql: str) -> None:
    assert faults(sql, PLACES) != []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM loan WHERE id = $1",
        "SELECT * FROM loan WHERE customer_id = $1 AND id = $2 FOR UPDATE",
        "SELECT l.* FROM loan l JOIN customer c ON c.id = l.customer_id"
        " WHERE l.customer_id = $1 AND l.id = $2 FOR UPDATE OF l",
        "UPDATE loan SET bucket = 1 WHERE customer_id = $1 AND id = $2",
        "UPDATE loan SET bucket = due.bucket"
        " FROM (SELECT customer_id, id, 1 AS bucket FROM loan) due"
        " WHERE loan.customer_id = due.customer_id AND loan.id = due.id",
        "UPDATE outbox SET done_at = now()"
        " WHERE id IN (SELECT id FROM outbox LIMIT 1 FOR UPDATE SKIP LOCKED)",
        "SELECT * FROM loan JOIN payment USING (customer_id) WHERE payment.loan_id = loan.id",
        "SELECT * FROM loan JOIN payment"
        " ON (payment.customer_id, payment.loan_id) = (loan.customer_id, loan.id)",
        "SELECT * FROM loan, payment WHERE loan.customer_id = $1 AND payment.customer_id = $1",
        "SELECT * FROM loan JOIN product ON product.id = loan.product_id",
        "SELECT * FROM loan WHERE EXISTS (SELECT 1 FROM payment"
        " WHERE payment.customer_id = loan.customer_id AND payment.loan_id = loan.id)",
        "WITH owed AS (SELECT customer_id, sum(bucket) AS s FROM loan GROUP BY customer_id)"
        " UPDATE customer SET version = s FROM owed WHERE owed.customer_id = customer.id",
        "INSERT INTO payment (customer_id) SELECT customer_id FROM loan",
        "SELECT bucket, count(*) FROM loan GROUP BY bucket",
        "UPDATE loan SET bucket = 1 WHERE customer_id = ANY($1)",
    ],
)
def test_what_would_be_taken_is_let_through(sql: str) -> None:
    assert faults(sql, PLACES) == []
