import math

from tonne.codecarbon import track_emissions  # was: from codecarbon import track_emissions


@track_emissions(project_name="decorator", country_iso_code="FRA", offline=True)
def train_model(epochs=40):
    weight = 0.0
    for _ in range(epochs):
        for x in range(1, 20001):
            error = math.sin(x) - weight * x
            weight += 1e-12 * error * x
    return weight


if __name__ == "__main__":
    train_model()
