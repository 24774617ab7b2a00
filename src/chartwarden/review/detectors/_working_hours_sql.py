"""The SQL of outside_working_hours: rows of sessions, and of habits.

A session has ``hour`` null, and the ends of shifts before, and the begins of shifts after, its first and its last
access, within twelve hours. A habit row says in how many weeks a coder worked at an hour of the local week (0 on Monday
at midnight), and on how many days in all. Days that lie wholly in one shift are set aside first, since they are nearly all.
"""

SQL = """
WITH scheduled AS (
  SELECT DISTINCT s.person FROM schedules AS s
  WHERE s."from" IS NULL OR s."to" IS NULL OR s."to" > s."from" + INTERVAL 31 DAY
),
shifts AS (
  SELECT w.person, w.begins - {tolerance_minutes} * INTERVAL 1 MINUTE AS begins,
         w.ends + {tolerance_minutes} * INTERVAL 1 MINUTE AS ends
  FROM working_time AS w
),
shift_days AS (
  SELECT f.person, f.begins, f.ends, CAST(f.begins AS DATE) AS day FROM shifts AS f
  UNION
  SELECT f.person, f.begins, f.ends, CAST(f.ends AS DATE) AS day FROM shifts AS f
),
odd_days AS (
  SELECT c.coder, c.first_at, c.last_at
  FROM coder_days AS c JOIN scheduled AS s ON s.person = c.person
  WHERE NOT EXISTS (SELECT 1 FROM shift_days AS f WHERE f.person = c.person AND f.day = CAST(c.first_at AS DATE)
                    AND f.begins <= c.first_at AND f.ends >= c.last_at)
),
odd_dates AS (
  SELECT d.coder, CAST(d.first_at AS DATE) AS day FROM odd_days AS d
  UNION
  SELECT d.coder, CAST(d.last_at AS DATE) AS day FROM odd_days AS d
),
away AS (
  SELECT a.coder, a.first_at, a.last_at, 1 AS scheduled
  FROM activity AS a JOIN odd_dates AS d ON d.coder = a.coder AND d.day = CAST(a.first_at AS DATE)
  WHERE NOT EXISTS (SELECT 1 FROM shift_days AS f WHERE f.person = a.person AND f.day = CAST(a.first_at AS DATE)
                    AND f.begins <= a.first_at AND f.ends >= a.last_at)
),
local AS (
  SELECT h.coder, h.first_at, h.last_at, h.day, date_diff('day', DATE '2001-01-01', h.day) % 7 AS weekday, h.hour
  FROM (
    SELECT a.coder, a.first_at, a.last_at, CAST(a.bucket_at + o.seconds * INTERVAL 1 SECOND AS DATE) AS day,
           extract(hour FROM a.bucket_at + o.seconds * INTERVAL 1 SECOND) AS hour
    FROM activity AS a JOIN offsets AS o ON o.zone = a.zone AND o.begins <= a.bucket_at AND a.bucket_at < o.ends
    WHERE a.person IS NOT NULL AND NOT EXISTS (SELECT 1 FROM scheduled AS s WHERE s.person = a.person)
  ) AS h
),
habits AS (
  SELECT l.coder, 24 * l.weekday + l.hour AS hour, count(DISTINCT l.day) AS weeks
  FROM local AS l GROUP BY l.coder, 24 * l.weekday + l.hour
),
known AS (
  SELECT l.coder, count(DISTINCT l.day) AS days,
         count(DISTINCT date_diff('day', DATE '2001-01-01', l.day) - l.weekday) AS weeks
  FROM local AS l GROUP BY l.coder
  HAVING count(DISTINCT date_diff('day', DATE '2001-01-01', l.day) - l.weekday) >= {least_weeks}
),
rare AS (
  SELECT l.coder, l.first_at, l.last_at, 0 AS scheduled
  FROM local AS l
  JOIN known AS k ON k.coder = l.coder
  JOIN habits AS h ON h.coder = l.coder AND h.hour = 24 * l.weekday + l.hour
  WHERE h.weeks <= greatest(1, {rare_share} * k.weeks)
),
odd AS (
  SELECT w.* FROM away AS w UNION ALL SELECT r.* FROM rare AS r
),
hits AS (
  SELECT a.access, a.coder, a.person, a.occurred_at, a.patient, w.scheduled
  FROM accesses AS a JOIN odd AS w ON w.coder = a.coder AND CAST(w.first_at AS DATE) = CAST(a.occurred_at AS DATE)
   AND w.first_at <= a.occurred_at AND w.last_at >= a.occurred_at
  WHERE a.action <> 'logout'
    AND NOT EXISTS (SELECT 1 FROM shift_days AS f WHERE f.person = a.person AND f.day = CAST(a.occurred_at AS DATE)
                    AND f.begins <= a.occurred_at AND f.ends >= a.occurred_at)
),
marked AS (
  SELECT h.*, CASE WHEN h.occurred_at <= lag(h.occurred_at) OVER (PARTITION BY h.coder ORDER BY h.occurred_at, h.access)
                        + {pause_hours} * INTERVAL 1 HOUR THEN 0 ELSE 1 END AS fresh
  FROM hits AS h
),
numbered AS (
  SELECT m.*, sum(m.fresh) OVER (PARTITION BY m.coder ORDER BY m.occurred_at, m.access
                                 ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS session
  FROM marked AS m
),
sessions AS (
  SELECT n.coder, n.person, n.session, n.scheduled, count(*) AS looks, count(DISTINCT n.patient) AS patients,
         count(u.access) AS unexplained, min(n.occurred_at) AS first_at, max(n.occurred_at) AS last_at,
         array_agg(n.access) AS accesses
  FROM numbered AS n LEFT JOIN unexplained AS u ON u.access = n.access
  GROUP BY n.coder, n.person, n.session, n.scheduled
),
nearest AS (
  SELECT s.coder, s.session, max(CASE WHEN w.ends <= s.first_at THEN w.ends END) AS before_first,
         min(CASE WHEN w.begins >= s.first_at THEN w.begins END) AS after_first,
         max(CASE WHEN w.ends <= s.last_at THEN w.ends END) AS before_last,
         min(CASE WHEN w.begins >= s.last_at THEN w.begins END) AS after_last
  FROM sessions AS s JOIN working_time AS w ON w.person = s.person
   AND w.ends >= s.first_at - INTERVAL 12 HOUR AND w.begins <= s.last_at + INTERVAL 12 HOUR
  GROUP BY s.coder, s.session
)
SELECT s.coder, s.scheduled, s.looks, s.patients, s.unexplained, s.first_at, s.last_at, s.accesses, n.before_first,
       n.after_first, n.before_last, n.after_last, CAST(NULL AS BIGINT) AS hour, CAST(NULL AS BIGINT) AS weeks,
       CAST(NULL AS BIGINT) AS days
FROM sessions AS s LEFT JOIN nearest AS n ON n.coder = s.coder AND n.session = s.session
UNION ALL
SELECT h.coder, 0 AS scheduled, 0 AS looks, 0 AS patients, 0 AS unexplained, CAST(NULL AS TIMESTAMP) AS first_at,
       CAST(NULL AS TIMESTAMP) AS last_at, CAST(NULL AS BIGINT[]) AS accesses, CAST(NULL AS TIMESTAMP) AS before_first,
       CAST(NULL AS TIMESTAMP) AS after_first, CAST(NULL AS TIMESTAMP) AS before_last,
       CAST(NULL AS TIMESTAMP) AS after_last, h.hour, h.weeks, k.days
FROM habits AS h JOIN known AS k ON k.coder = h.coder
WHERE EXISTS (SELECT 1 FROM sessions AS s WHERE s.coder = h.coder AND s.scheduled = 0)
"""
