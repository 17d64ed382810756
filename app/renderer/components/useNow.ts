// performance.now(), four times a second: for what counts up or down on screen.
import { useEffect, useState } from 'react';

export function useNow(): number {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 250);
    return () => clearInterval(timer);
  }, []);
  return now;
}
