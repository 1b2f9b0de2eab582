import random

from tonne.codecarbon import EmissionsTracker  # was: from codecarbon import EmissionsTracker

tracker = EmissionsTracker(project_name="tasks", experiment_name="search", measure_power_secs=10)
try:
    tracker.start_task("load dataset")
    random.seed(1)
    dataset = [random.gauss(0, 1) for _ in range(600_000)]
    load_emissions = tracker.stop_task()

    tracker.start_task("build model")
    mean = sum(dataset) / len(dataset)
    for _ in range(6):
        variance = sum((value - mean) ** 2 for value in dataset) / len(dataset)
    model_emissions = tracker.stop_task()
finally:
    tracker.stop()

for task_name, task in tracker._tasks.items():
    print(f"{task_name}: {task.emissions_data.energy_consumed} kWh, {task.emissions_data.emissions} kg")
print(f"load dataset: {load_emissions.emissions} kg, build model: {model_emissions.emissions} kg")
