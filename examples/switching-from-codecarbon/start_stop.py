from tonne.codecarbon import EmissionsTracker  # was: from codecarbon import EmissionsTracker


def train_model():
    """Fits a line by gradient descent."""
    slope, intercept = 0.0, 0.0
    for _ in range(30):
        for i in range(20000):
            x = i / 20000
            error = 2 * x + 1 - (slope * x + intercept)
            slope, intercept = slope + 0.01 * error * x, intercept + 0.01 * error
    return slope, intercept


tracker = EmissionsTracker(project_name="start-stop", measure_power_secs=10, save_to_file=True, gpu_ids=None)
tracker.start()
try:
    train_model()
finally:
    emissions: float = tracker.stop()

print(f"Emissions: {emissions} kg")
